import { type Command, Option } from 'commander';
import { LlxError } from '../../errors/llx-error.ts';
import { addTargetOptions } from '../aws-target.ts';
import { aliasName, functionName, percent, versionNumber } from '../platform/platform-flags.ts';
import type { AliasFlags } from '../platform/run-alias.ts';

export function addAliasCommand(program: Command): void {
  const command = program
    .command('alias')
    .description('List the aliases of a function, lead one to a version, or delete one')
    .argument('<function>', 'its name', functionName)
    .argument('[alias]', 'its name', aliasName)
    .argument('[version]', 'to lead it to', versionNumber)
    .option(
      '--share <percent>',
      'of the requests that the version gets beside the one that is there',
      percent,
    )
    .addOption(new Option('--delete', 'delete the alias, with its URL').conflicts('share'))
    .option('--dry-run', 'say what would be done; change nothing')
    .option('--json', 'one JSON object a line on stdout, nothing else');
  addTargetOptions(command).action(
    async (name: string, alias: string | undefined, version: string | undefined, flags: AliasFlags) => {
      const { runAliasDelete, runAliasList, runAliasMove } = await import('../platform/run-alias.ts');
      if (alias === undefined && flags.delete !== true) process.exitCode = await runAliasList(name, flags);
      else if (alias !== undefined && version === undefined && flags.delete === true)
        process.exitCode = await runAliasDelete(name, alias, flags);
      else if (alias !== undefined && version !== undefined && flags.delete !== true)
        process.exitCode = await runAliasMove(name, alias, version, flags);
      else throw unclear(name);
    },
  );
}

function unclear(name: string): LlxError {
  return new LlxError('LLX_USAGE', {
    message: 'Expected an alias and a version, or an alias and --delete.',
    mend: `llx alias ${name} live 3\nOr llx alias ${name} live --delete`,
  });
}
