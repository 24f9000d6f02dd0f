import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { functionName } from '../platform/platform-flags.ts';
import type { DeleteFlags } from '../platform/run-delete.ts';

export function addDeleteCommand(program: Command): void {
  const command = program
    .command('delete')
    .description('Delete a function, with its versions, aliases and URLs')
    .argument('<function>', 'its name', functionName)
    .option('--yes', 'with --aws: do not ask')
    .option('--dry-run', 'say what would be done; change nothing')
    .option('--json', 'one JSON object on stdout, nothing else');
  addTargetOptions(command).action(async (name: string, flags: DeleteFlags) => {
    const { runDelete } = await import('../platform/run-delete.ts');
    process.exitCode = await runDelete(name, flags);
  });
}
