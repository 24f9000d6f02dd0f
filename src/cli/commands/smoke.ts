import { type Command, InvalidArgumentError } from 'commander';
import type { SmokeFlags } from '../run-smoke.ts';
import { REPORTERS, type ReporterName } from '../smoke/report-plan.ts';

export function addSmokeCommand(program: Command): void {
  program
    .command('smoke')
    .description('Run every fixture of the project offline, and fail when an answer is not the expected one')
    .argument('[pattern...]', 'fixtures by name, folder or path, or functions; * stands for anything')
    .option('-u, --update', 'write what the functions do now into the fixtures as expected')
    .option(
      '--reporter <names>',
      `${REPORTERS.join(', ')}; several with a comma (default: pretty)`,
      reporters,
    )
    .option('--out <file>', 'the report’s file; NAME=FILE with several reporters, once for each', collect)
    .option('--shard <i/n>', 'run only part i of n equal parts', shard)
    .option('--bail [n]', 'stop after n failures (default: 1)', wholeNumber(1))
    .option('--retries <n>', 'try a case that fails up to n times again', wholeNumber(0))
    .option('--concurrency <n>', 'invocations at once (default: two for each core)', wholeNumber(1))
    .option('--timeout <seconds>', 'most time for one try of a case (default: 60)', seconds)
    .option('--clock <time>', 'where the handlers’ clocks stand still, ISO 8601', instant)
    .option('--seed <n>', 'what the handlers’ random numbers come from', wholeNumber(0))
    .option('--watch', 'run again when a file of the project changes', false)
    .option('--synth', 'synthesize the CDK app first; else only when it is newer than its manifest')
    .option('--no-synth', 'take the manifest of the CDK app as it is')
    .option('--verbose', 'a line for every case', false)
    .action(async (patterns: readonly string[], flags: SmokeFlags) => {
      const { runSmoke } = await import('../run-smoke.ts');
      process.exitCode = await runSmoke(patterns, flags);
    });
}

function reporters(text: string, before: readonly ReporterName[] = []): readonly ReporterName[] {
  const named = text.split(',').map((written) => {
    const name = REPORTERS.find((one) => one === written.trim());
    if (name === undefined) {
      throw new InvalidArgumentError(`Expected ${REPORTERS.join(', ')}, found "${written}".`);
    }
    return name;
  });
  return [...before, ...named];
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function shard(text: string) {
  const [, index = 0, count = 0] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index < 1 || index > count) {
    throw new InvalidArgumentError(`Expected a part such as 1/3, found "${text}".`);
  }
  return { index, count };
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < least || value > 0xffff_ffff) {
      throw new InvalidArgumentError(`Expected a whole number from ${least}, found "${text}".`);
    }
    return value;
  };
}

function seconds(text: string): number {
  const value = Number(text);
  // A handler may take no more than 15 minutes, and waits for its build.
  if (text.trim() === '' || !(value > 0 && value <= 3_600)) {
    throw new InvalidArgumentError(`Expected seconds, at most 3600, found "${text}".`);
  }
  return value;
}

function instant(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError(`Expected a time such as 2026-01-31T09:00:00Z, found "${text}".`);
  }
  return new Date(text).toISOString();
}
