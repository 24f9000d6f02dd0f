import { ExpressionError } from '../../../emulator/scheduler/expression-error.ts';
import { knownZone, parseScheduleExpression } from '../../../emulator/scheduler/schedule-expression.ts';
import { LlxError } from '../../../errors/llx-error.ts';
import { cronFromFive } from './cron-from-five.ts';

/** How a person says when: exactly one of the three. */
export type WrittenTimes = {
  /** AWS's six fields, the five of crontab, or `@daily` and its like. */
  readonly cron?: string;
  /** `5 minutes`, `1 hour`, `10m`, `2h`, `1d` */
  readonly rate?: string;
  /** `2026-12-24T18:00`, in the time zone; or with `Z` or an offset of its own. */
  readonly at?: string;
  readonly timezone?: string;
};

export type AwsTimes = {
  /** `cron(…)`, `rate(…)` or `at(…)` */
  readonly expression: string;
  readonly timeZone: string;
};

const UNITS: Readonly<Record<string, string>> = { m: 'minute', h: 'hour', d: 'day' };

/** @throws LlxError LLX_USAGE */
export function awsTimes({ cron, rate, at, timezone = 'UTC' }: WrittenTimes): AwsTimes {
  const given = [cron, rate, at].filter((text) => text !== undefined);
  if (given.length !== 1) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected one of --cron, --rate and --at, found ${given.length === 0 ? 'none' : given.length}.`,
      mend: 'llx schedule FN --cron "0 9 * * MON-FRI" --timezone Europe/Berlin\nOr llx schedule FN --rate "5 minutes"',
    });
  }
  if (cron !== undefined) return { expression: `cron(${awsCron(cron)})`, timeZone: timezone };
  if (rate !== undefined) return { expression: `rate(${awsRate(rate)})`, timeZone: timezone };
  return awsAt(at ?? '', timezone);
}

/** What the Scheduler would say of them, without asking it. @throws LlxError LLX_USAGE */
export function checkTimes({ expression, timeZone }: AwsTimes): void {
  try {
    knownZone(timeZone);
    parseScheduleExpression(expression, { timeZone, firstAt: 0 });
  } catch (cause) {
    if (!(cause instanceof ExpressionError)) throw cause;
    throw new LlxError('LLX_USAGE', {
      message: `Expected a schedule that EventBridge Scheduler takes, found ${expression}: ${cause.message}.`,
      mend: 'llx schedule --help',
    });
  }
}

/**
 * The Scheduler takes a single time that has passed, and never runs it.
 *
 * @param now epoch milliseconds
 * @throws LlxError LLX_USAGE
 */
export function checkAhead({ expression, timeZone }: AwsTimes, now: number): void {
  if (!expression.startsWith('at(')) return;
  let next: number | undefined;
  try {
    next = parseScheduleExpression(expression, { timeZone, firstAt: 0 }).next(now);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // The Scheduler says what is wrong with it.
    return;
  }
  if (next !== undefined) return;
  const present = new Date(now).toISOString().slice(0, 19);
  throw new LlxError('LLX_USAGE', {
    message: `Expected a time that is yet to come as --at, found ${expression.slice(3, -1)} (${timeZone}): it is ${present} UTC.`,
    mend: 'llx schedule FN --at 2026-12-24T18:00 --timezone Europe/Berlin',
  });
}

function awsCron(text: string): string {
  const trimmed = text.trim().replace(/^cron\((.*)\)$/, '$1');
  return trimmed.split(/\s+/).length === 6 ? trimmed : cronFromFive(trimmed);
}

function awsRate(text: string): string {
  const trimmed = text.trim().replace(/^rate\((.*)\)$/, '$1');
  const [, value, unit] = /^(\d+)\s*(m|h|d|minutes?|hours?|days?)$/.exec(trimmed) ?? [];
  if (value === undefined || unit === undefined) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected a rate such as "5 minutes", "1 hour" or 2d, found "${text}".`,
      mend: 'llx schedule FN --rate "5 minutes"',
    });
  }
  const name = (UNITS[unit] ?? unit).replace(/s$/, '');
  return `${value} ${name}${value === '1' ? '' : 's'}`;
}

function awsAt(text: string, timeZone: string): AwsTimes {
  const trimmed = text.trim().replace(/^at\((.*)\)$/, '$1');
  const [, date, time, seconds = ':00', zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:?\d\d)?$/.exec(trimmed) ?? [];
  const wall = `${date}T${time}${seconds}`;
  // V8 takes many a text for a date.
  const instant = date === undefined ? Number.NaN : Date.parse(`${wall}${zone ?? 'Z'}`);
  if (Number.isNaN(instant) || !isDate(date ?? '')) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected a time such as 2026-12-24T18:00 or 2026-12-24T18:00:00Z, found "${text}".`,
      mend: 'llx schedule FN --at 2026-12-24T18:00 --timezone Europe/Berlin',
    });
  }
  if (zone === undefined) return { expression: `at(${wall})`, timeZone };
  return { expression: `at(${new Date(instant).toISOString().slice(0, 19)})`, timeZone: 'UTC' };
}

/** 30 February is 2 March to JavaScript. */
function isDate(date: string): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date);
}
