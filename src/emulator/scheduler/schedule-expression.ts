import { cronFields } from './cron-fields.ts';
import { ExpressionError } from './expression-error.ts';
import { timeZone } from './time-zone.ts';
import { wallCron } from './wall-cron.ts';

/** When something happens, one time after the other. */
export type ScheduleExpression = {
  readonly kind: 'cron' | 'rate' | 'at';
  /** The first time after another; undefined where there is none. Epoch milliseconds. */
  next(after: number): number | undefined;
};

export type ExpressionPlace = {
  /** Of the IANA database. A rate has none: a day of it is 24 hours. @default UTC */
  readonly timeZone?: string | undefined;
  /** The first time of a rate, from which the others follow. Epoch milliseconds. */
  readonly firstAt: number;
};

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** Longer expressions are refused by AWS, too. */
const LONGEST = 256;
/** An hour of minutes is put forward at once, and none of them exists: a day is more than any zone has skipped. */
const MOST_SKIPPED = 1_440;

/**
 * `cron(0 9 ? * MON-FRI *)`, `rate(5 minutes)` or `at(2026-12-24T18:00:00)`.
 *
 * Where clocks are put forward a cron expression's time that no clock shows is skipped; where they are put back it
 * happens once, at the first of two: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 *
 * @throws ExpressionError
 */
export function parseScheduleExpression(text: string, place: ExpressionPlace): ScheduleExpression {
  const [, kind, argument] = /^(cron|rate|at)\((.*)\)$/.exec(text.length > LONGEST ? '' : text.trim()) ?? [];
  switch (kind) {
    case 'cron':
      return cron(argument ?? '', place);
    case 'rate':
      return rate(argument ?? '', place);
    case 'at':
      return once(argument ?? '', place);
    default:
      throw new ExpressionError(`expected cron(…), rate(…) or at(…), found ${text.slice(0, LONGEST)}`);
  }
}

function cron(text: string, { timeZone: name = 'UTC' }: ExpressionPlace): ScheduleExpression {
  const zone = knownZone(name);
  // Looks for times that a wall clock shows; which instants those are is the zone's business.
  const wall = wallCron(cronFields(text));
  return {
    kind: 'cron',
    next(after) {
      let shown = zone.wallOf(after);
      for (let skipped = 0; skipped <= MOST_SKIPPED; skipped += 1) {
        const next = wall(shown);
        if (next === undefined) return undefined;
        shown = next;
        const instant = zone.instantOf(shown);
        if (instant !== undefined && instant > after) return instant;
      }
      return undefined;
    },
  };
}

function rate(text: string, { firstAt }: ExpressionPlace): ScheduleExpression {
  const [, value, unit] = /^\s*(\d{1,9})\s+(minute|hour|day)s?\s*$/.exec(text) ?? [];
  const count = Number(value);
  if (!(count >= 1) || (unit !== 'minute' && unit !== 'hour' && unit !== 'day')) {
    throw new ExpressionError(`expected rate(value minutes|hours|days), found rate(${text})`);
  }
  const everyMs = count * UNIT_MS[unit];
  return {
    kind: 'rate',
    // Before its first time, too: a clock that is put back must not hold it up. What has a start looks no earlier than that.
    next: (after) => firstAt + (Math.floor((after - firstAt) / everyMs) + 1) * everyMs,
  };
}

function once(text: string, { timeZone: name = 'UTC' }: ExpressionPlace): ScheduleExpression {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  // 30 February is a date to JavaScript.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text)) {
    throw new ExpressionError(`expected at(yyyy-mm-ddThh:mm:ss), found at(${text})`);
  }
  const zone = knownZone(name);
  const at = zone.instantOf(wall) ?? afterGap(zone, wall);
  return { kind: 'at', next: (after) => (after < at ? at : undefined) };
}

/** A time that no clock shows: as much later as clocks are put forward. */
function afterGap(zone: ReturnType<typeof timeZone>, wall: number): number {
  const dayBefore = wall - UNIT_MS.day;
  return wall - (zone.wallOf(dayBefore) - dayBefore);
}

/** @throws ExpressionError */
export function knownZone(name: string): ReturnType<typeof timeZone> {
  try {
    return timeZone(name);
  } catch (cause) {
    throw new ExpressionError(`expected a time zone such as Europe/Berlin, found ${name.slice(0, 50)}`, {
      cause,
    });
  }
}
