import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import type { ListFlags } from '../platform/run-list.ts';

export function addListCommand(program: Command): void {
  const command = program
    .command('list')
    .description('List functions, what is live of each, and where')
    .option('--json', 'one JSON object a line on stdout, nothing else');
  addTargetOptions(command).action(async (flags: ListFlags) => {
    const { runList } = await import('../platform/run-list.ts');
    process.exitCode = await runList(flags);
  });
}
