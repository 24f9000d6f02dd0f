import type { RunPolicy } from './run-policy.ts';
import type { ScheduleExpression } from './schedule-expression.ts';

/** What a run may be late and still be on time: AWS promises no better, either. */
export const ON_TIME_MS = 60_000;
/** A schedule of minutes has 1,440 of them in a day. */
const MOST_MADE_UP = 100;

export type DueTimes = {
  /** Times of the runs that begin now, the oldest first. */
  readonly runs: readonly number[];
  /** Those that were not run at their time, made up for or not. */
  readonly missed:
    | {
        readonly count: number;
        readonly first: number;
        readonly last: number;
        readonly madeUp: number;
        /** There are more, so old that they are not counted. */
        readonly older: boolean;
      }
    | undefined;
};

/**
 * What is to be done of all that an expression names after one time and up to another. What is older than its events
 * may become is neither counted nor made up for.
 */
export function dueTimes(
  expression: Pick<ScheduleExpression, 'next'>,
  span: { readonly after: number; readonly now: number; readonly maximumAgeMs: number },
  policy: RunPolicy['missed'],
): DueTimes {
  const { after, now, maximumAgeMs } = span;
  const oldest = Math.max(after, now - maximumAgeMs);
  const times: number[] = [];
  for (let at = expression.next(oldest); at !== undefined && at <= now; at = expression.next(at))
    times.push(at);
  const missed = times.filter((at) => now - at > ON_TIME_MS);
  const onTime = times.slice(missed.length);
  const passed = oldest > after ? expression.next(after) : undefined;
  const older = passed !== undefined && passed <= oldest;
  const madeUp = madeUpFor(missed, policy);
  const [first = passed] = missed;
  const last = missed.at(-1) ?? passed;
  if ((missed.length === 0 && !older) || first === undefined || last === undefined) {
    return { runs: onTime, missed: undefined };
  }
  return {
    runs: [...madeUp, ...onTime],
    missed: { count: missed.length, first, last, madeUp: madeUp.length, older },
  };
}

function madeUpFor(missed: readonly number[], policy: RunPolicy['missed']): readonly number[] {
  switch (policy) {
    case 'skip':
      return [];
    case 'once':
      return missed.slice(-1);
    case 'all':
      return missed.slice(-MOST_MADE_UP);
  }
}
