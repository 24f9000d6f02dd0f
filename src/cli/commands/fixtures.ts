import type { Command } from 'commander';
import { count, factor, url } from '../flags.ts';
import type { SendFlags } from '../run-send.ts';

export function addFixturesCommand(program: Command): void {
  const fixtures = program
    .command('fixtures')
    .description('Events on disk: those of this project, and those that ship');
  fixtures
    .command('list')
    .description('Names, with what kind of event each is')
    .option('--json', 'one JSON object a line')
    .action(async (flags: { readonly json?: boolean }) => {
      const { listFixturesCommand } = await import('../run-fixtures.ts');
      await listFixturesCommand(flags);
    });
  fixtures
    .command('show')
    .description('Print the event of a fixture')
    .argument('<name>', 'such as apigateway/http-get')
    .action(async (name: string) => {
      const { showFixtureCommand } = await import('../run-fixtures.ts');
      await showFixtureCommand(name);
    });
  fixtures
    .command('send')
    .description('Send fixtures to the functions of a running llx, as many and as fast as you say')
    .argument('[pattern...]', 'fixtures by name, folder or path, or functions; * stands for anything')
    .option('--function <name>', 'send all of them to this function')
    .option('--rate <n>', 'begin at most n in a second', factor)
    .option('--concurrency <n>', 'at most n at a time', concurrency, 4)
    .option('--repeat <n>', 'send all of them n times', count, 1)
    .option('--endpoint <url>', 'of the emulator; else AWS_ENDPOINT_URL, else the one on this machine', url)
    .option('--json', 'one JSON object a line for each, and a summary')
    .action(async (patterns: readonly string[], flags: SendFlags) => {
      const { runSend } = await import('../run-send.ts');
      process.exitCode = await runSend(patterns, flags);
    });
}

/** Each has a connection of its own. */
function concurrency(text: string): number {
  return Math.min(count(text), 1_000);
}
