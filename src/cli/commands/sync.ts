import { type Command, Option } from 'commander';
import { LlxError } from '../../errors/llx-error.ts';
import { addTargetOptions } from '../aws-target.ts';
import { duration, url } from '../flags.ts';
import type { SyncFlags } from '../run-sync.ts';
import type { SyncAuditFlags } from '../sync/run-sync-audit.ts';

const EVERY_MS = 30_000;

export function addSyncCommand(program: Command): void {
  const sync = program
    .command('sync')
    .description('Keep deployed functions equal to a folder of packaged handlers; see which ran when')
    .argument('[source]', 'a folder, or s3://bucket/prefix')
    .addOption(
      new Option('--every <time>', 'between two looks at the source')
        .argParser(duration)
        .default(EVERY_MS, '30s'),
    )
    .option('--once', 'look once, and end')
    .option('--dry-run', 'say what would be done; change nothing')
    .option('--no-prune', 'leave handlers that have no package any more')
    .option('--allow-empty', 'remove all handlers where the source is empty, which else is taken for a fault')
    .option('--name <name>', 'of the source; else made of its address')
    .option('--role <arn>', 'that Lambda assumes for the functions; needed with --aws')
    .option('--audit <dir>', 'of the audit trails (.llx/sync)')
    .option('--store-endpoint <url>', 'of an S3 that is not AWS’s; else AWS_ENDPOINT_URL_S3', url)
    .option('--json', 'one JSON object a line on stdout, nothing else');
  addTargetOptions(sync).action(async (source: string | undefined, flags: SyncFlags) => {
    if (source === undefined) throw noSource();
    const { runSync } = await import('../run-sync.ts');
    process.exitCode = await runSync(source, flags);
  });
  const audit = sync
    .command('audit')
    .description('Show which version was live from when to when, and how many invocations ran in it')
    .argument('<source>', 'as llx sync has it')
    .argument('[control]', 'only of this handler, such as users/find');
  // Flags that `sync` has, too, are its own wherever they stand.
  addTargetOptions(audit)
    .option('--name <name>', 'of the source')
    .option('--audit <dir>', 'of the audit trails (.llx/sync)')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .action(async (source: string, control: string | undefined, _flags: unknown, command: Command) => {
      const { runSyncAudit } = await import('../sync/run-sync-audit.ts');
      process.exitCode = await runSyncAudit(source, control, command.optsWithGlobals<SyncAuditFlags>());
    });
}

function noSource(): LlxError {
  return new LlxError('LLX_USAGE', {
    message: 'Expected a source, or audit, found neither.',
    mend: 'llx sync ./handlers --once --dry-run\nOr llx sync audit ./handlers',
  });
}
