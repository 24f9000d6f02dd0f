import { type Command, Option } from 'commander';
import { url } from '../flags.ts';
import { since } from '../logs/since.ts';
import type { LogsFlags } from '../run-logs.ts';

const TEN_MINUTES_MS = 600_000;

export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .description('Show what a function has logged, at a running llx or in AWS')
    .argument('<function>', 'name or ARN; or a log group, which begins with /')
    .option('-f, --follow', 'go on with what is logged from now on')
    .addOption(
      new Option('--since <time>', '30s, 10m, 2h or 1d ago, or an ISO time')
        .argParser((text) => since(text))
        .default(undefined, '10m'),
    )
    .option('--filter <pattern>', 'a filter pattern of CloudWatch Logs')
    .option('--request-id <id>', 'only the lines of one invocation')
    .addOption(
      new Option('--endpoint <url>', 'of the emulator').argParser(url).default('http://127.0.0.1:4566'),
    )
    .addOption(new Option('--aws', 'in AWS instead of an emulator').conflicts('endpoint'))
    .option('--region <name>', 'with --aws; else where every AWS tool finds it')
    .option('--profile <name>', 'with --aws; else where every AWS tool finds it')
    .option('--json', 'one JSON object a line on stdout, nothing else')
    .action(async (name: string, flags: Omit<LogsFlags, 'since'> & { readonly since?: number }) => {
      const { runLogs } = await import('../run-logs.ts');
      process.exitCode = await runLogs(name, { ...flags, since: flags.since ?? Date.now() - TEN_MINUTES_MS });
    });
}
