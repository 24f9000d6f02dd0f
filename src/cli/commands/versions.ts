import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { functionName } from '../platform/platform-flags.ts';
import type { VersionsFlags } from '../platform/run-versions.ts';

export function addVersionsCommand(program: Command): void {
  const command = program
    .command('versions')
    .description('List the versions of a function, the newest first')
    .argument('<function>', 'its name', functionName)
    .option('--json', 'one JSON object a line on stdout, nothing else');
  addTargetOptions(command).action(async (name: string, flags: VersionsFlags) => {
    const { runVersions } = await import('../platform/run-versions.ts');
    process.exitCode = await runVersions(name, flags);
  });
}
