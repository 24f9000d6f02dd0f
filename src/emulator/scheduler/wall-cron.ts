import { Cron } from 'croner';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The first time after another, of croner's seven fields with lists and `*` for minutes and hours. Only the day is
 * croner's: it looks at each minute with much care, and a thousand schedules of every minute, of which a day was
 * missed, have a million of them.
 *
 * @returns gives undefined where there is none
 */
export function wallCron(fields: string): (after: number) => number | undefined {
  const [, minutes = '', hours = '', ...days] = fields.split(' ');
  const times = numbers(hours, 24).flatMap((hour) =>
    numbers(minutes, 60).map((minute) => (hour * 60 + minute) * MINUTE_MS),
  );
  const [first = 0] = times;
  const dayCron = new Cron(['0 0 0', ...days].join(' '), {
    mode: '7-part',
    timezone: 'UTC',
    alternativeWeekdays: true,
    paused: true,
  });
  const dayAfter = (day: number): number | undefined => dayCron.nextRun(new Date(day))?.getTime();
  /** The last day that was looked at: it mostly is the next one, too. */
  let [known, isOne] = [Number.NaN, false];
  return (after) => {
    const day = Math.floor(after / DAY_MS) * DAY_MS;
    if (day !== known) [known, isOne] = [day, dayAfter(day - 1_000) === day];
    const time = isOne ? firstAbove(times, after - day) : undefined;
    if (time !== undefined) return day + time;
    const next = dayAfter(day);
    if (next === undefined) return undefined;
    [known, isOne] = [next, true];
    return next + first;
  };
}

/** Of numbers in order. */
function firstAbove(numbers: readonly number[], limit: number): number | undefined {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((numbers[middle] ?? 0) > limit) to = middle;
    else from = middle + 1;
  }
  return numbers[from];
}

/** In order: a list may be in any. */
function numbers(field: string, count: number): readonly number[] {
  if (field === '*') return Array.from({ length: count }, (_, index) => index);
  return [...new Set(field.split(',').map(Number))].sort((a, b) => a - b);
}
