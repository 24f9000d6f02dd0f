import { type Command, InvalidArgumentError, Option } from 'commander';
import { LlxError } from '../../errors/llx-error.ts';
import { addTargetOptions } from '../aws-target.ts';
import type { ScheduleFlags } from '../platform/schedule/run-schedule.ts';
import type { ScheduleChange, ScheduleChangeFlags } from '../platform/schedule/run-schedule-change.ts';
import type { ScheduleListFlags } from '../platform/schedule/run-schedule-list.ts';

const JSON_FLAG = ['--json', 'one JSON object a line on stdout, nothing else'] as const;

const CHANGES: readonly (readonly [ScheduleChange, string])[] = [
  ['delete', 'Delete a schedule'],
  ['pause', 'Switch a schedule off; its times while it is off are not made up for'],
  ['resume', 'Switch a schedule on again'],
  ['run', 'Invoke the function of a schedule now, with its input'],
];

export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .description('Run a function at its times; list, pause, resume, run and delete schedules')
    .argument('[function]', 'name or ARN')
    .option('--cron <expression>', 'AWS’s six fields, crontab’s five, or @daily: "0 9 * * MON-FRI"')
    .option('--rate <rate>', '"5 minutes", "1 hour", 2d; the first run is at once')
    .option('--at <time>', 'once: 2026-12-24T18:00')
    .option('--timezone <zone>', 'of --cron and --at: Europe/Berlin (UTC)')
    .option('--name <name>', 'of the schedule (the function’s)')
    .option('--group <name>', 'of schedules (default)')
    .option('--qualifier <q>', 'version or alias (live, where the function has it)')
    .option('--input <json>', 'the event', json)
    .option('--description <text>', 'for people')
    .option('--window <minutes>', 'run within so many minutes after the time', minutes)
    .option('--dead-letter <arn>', 'of an SQS queue, for runs that the function does not take')
    .addOption(
      new Option('--overlap <policy>', 'while an earlier run has not ended (parallel)').choices([
        'parallel',
        'skip',
        'queue',
      ]),
    )
    .addOption(
      new Option('--missed <policy>', 'runs missed while the emulator did not run (once)').choices([
        'once',
        'skip',
        'all',
      ]),
    )
    .option('--role <arn>', 'that EventBridge Scheduler assumes; needed with --aws')
    .option('--once', 'delete the schedule after its last run')
    .option('--dry-run', 'say what would be made; change nothing')
    .option(...JSON_FLAG);
  addTargetOptions(schedule).action(async (name: string | undefined, flags: ScheduleFlags) => {
    if (name === undefined) throw noFunction();
    const { runSchedule } = await import('../platform/schedule/run-schedule.ts');
    process.exitCode = await runSchedule(name, flags);
  });
  addList(schedule);
  for (const [change, description] of CHANGES) addChange(schedule, change, description);
}

function addList(schedule: Command): void {
  const list = schedule
    .command('list')
    .description('List schedules, with the next run of each')
    .argument('[function]', 'only its schedules');
  addTargetOptions(list)
    .option('--group <name>', 'only of this group')
    .option(...JSON_FLAG)
    .action(async (name: string | undefined, _flags: unknown, command: Command) => {
      const { runScheduleList } = await import('../platform/schedule/run-schedule-list.ts');
      process.exitCode = await runScheduleList(name, command.optsWithGlobals<ScheduleListFlags>());
    });
}

function addChange(schedule: Command, change: ScheduleChange, description: string): void {
  const command = schedule
    .command(change)
    .description(description)
    .argument('<schedule>', 'its name; of another group than default GROUP/NAME');
  addTargetOptions(command)
    .option(...JSON_FLAG)
    .action(async (name: string, _flags: unknown, self: Command) => {
      const { runScheduleChange } = await import('../platform/schedule/run-schedule-change.ts');
      process.exitCode = await runScheduleChange(change, name, self.optsWithGlobals<ScheduleChangeFlags>());
    });
}

function noFunction(): LlxError {
  return new LlxError('LLX_USAGE', {
    message: 'Expected a function, or one of list, delete, pause, resume and run, found neither.',
    mend: 'llx schedule FN --cron "0 9 * * MON-FRI" --timezone Europe/Berlin\nOr llx schedule list',
  });
}

function json(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new InvalidArgumentError(`Expected JSON, found "${text.slice(0, 60)}".`);
  }
}

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1440) return value;
  throw new InvalidArgumentError(`Expected 1 to 1440 minutes, found "${text}".`);
}
