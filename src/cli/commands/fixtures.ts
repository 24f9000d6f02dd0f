import type { Command } from 'commander';
import { addTargetOptions } from '../aws-target.ts';
import { count, factor, url } from '../flags.ts';
import type { NewFixtureFlags } from '../run-new-fixture.ts';
import type { RecordFlags } from '../run-record.ts';
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
    .command('new')
    .description(
      'Make an event of one that ships, with values of your own; print it, or write it as a fixture',
    )
    .argument('<template>', 'such as apigateway/http or sqs/standard (llx fixtures list)')
    .option('--set <path=value>', 'a value: text, JSON, or @FILE; as often as you like', collect, [])
    .option('--name <name>', 'write it as a fixture of this name, such as orders/create')
    .option('--function <name>', 'the function that it is for')
    .option('--force', 'also where there is one of that name')
    .action(async (template: string, flags: NewFixtureFlags) => {
      const { newFixtureCommand } = await import('../run-new-fixture.ts');
      await newFixtureCommand(template, flags);
    });
  const record = fixtures
    .command('record')
    .description('Invoke a function once, and write its event and answer as a fixture, without secrets')
    .argument('<function>', 'name or ARN')
    .option('--event <file>', 'the event from a JSON file; - reads stdin')
    .option('--data <json>', 'the event itself, or @FILE')
    .option('--fixture <name>', 'the event of a fixture (llx fixtures list)')
    .option('--name <name>', 'its name; else one that says what it is')
    .option('--out <dir>', 'a folder of fixtures; else that of the project')
    .option('--force', 'also where there is one of that name');
  addTargetOptions(record).action(async (functionName: string, flags: RecordFlags) => {
    const { recordFixtureCommand } = await import('../run-record.ts');
    await recordFixtureCommand(functionName, flags);
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

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
