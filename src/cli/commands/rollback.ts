import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { aliasName, functionName, versionNumber } from '../platform/platform-flags.ts';
import type { RollbackFlags } from '../platform/run-rollback.ts';

export function addRollbackCommand(program: Command): void {
  const command = program
    .command('rollback')
    .description('Lead requests back to the version before, or to the one that is named')
    .argument('<function>', 'its name', functionName)
    .argument('[version]', 'of it; else the one before', versionNumber)
    .option('--alias <name>', 'that requests come by', aliasName, 'live')
    .option('--dry-run', 'say what would be done; change nothing')
    .option('--json', 'one JSON object on stdout, nothing else');
  addTargetOptions(command).action(
    async (name: string, version: string | undefined, flags: RollbackFlags) => {
      const { runRollback } = await import('../platform/run-rollback.ts');
      process.exitCode = await runRollback(name, version, flags);
    },
  );
}
