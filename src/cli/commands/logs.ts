import { type Command, Option } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { since } from '../logs/since.ts';
import type { LogsFlags } from '../run-logs.ts';

const TEN_MINUTES_MS = 600_000;

export function addLogsCommand(program: Command): void {
  const command = program
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
    .option('--json', 'one JSON object a line on stdout, nothing else');
  addTargetOptions(command).action(
    async (name: string, flags: Omit<LogsFlags, 'since'> & { readonly since?: number }) => {
      const { runLogs } = await import('../run-logs.ts');
      process.exitCode = await runLogs(name, { ...flags, since: flags.since ?? Date.now() - TEN_MINUTES_MS });
    },
  );
}
