import type { AwsError } from '../../http/aws-error.ts';
import { DEFAULT_AGE_SECONDS, DEFAULT_RETRIES, type EventInvokeConfig } from './event-invoke-configs.ts';

/** After errors of the function: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

/** While there is no concurrency: "exponentially from 1 second after the first attempt to a maximum of 5 minutes". */
const THROTTLE_DELAY_MS = { first: 1_000, longest: 300_000 } as const;

/** Of an event that waits. */
export type Tries = {
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** How often the function has run. */
  readonly attempts: number;
  /** How often it could not. */
  readonly throttles: number;
};

/** Why an event is given up, as the record of a destination says it. */
export type GivenUp = 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

export type Decision =
  | { readonly type: 'later'; readonly tries: Tries /** Epoch milliseconds. */; readonly dueAt: number }
  | {
      readonly type: 'give-up';
      readonly tries: Tries;
      readonly condition: GivenUp;
      /** Where Lambda would not run it. */
      readonly refusal?: AwsError;
    };

type Limits = Pick<EventInvokeConfig, 'maximumRetries' | 'maximumAgeSeconds'>;

/** Before a try. Undefined: it may be made. */
export function beforeTry(
  tries: Tries,
  limits: Limits,
  { now, reserved }: { readonly now: number; readonly reserved: number | undefined },
): Decision | undefined {
  // No try would ever be made: Lambda does not wait for somebody to raise it.
  if (reserved === 0) return { type: 'give-up', tries, condition: 'ZeroReservedConcurrency' };
  return isTooOld(tries, limits, now) ? { type: 'give-up', tries, condition: 'EventAgeExceeded' } : undefined;
}

/** The function has failed. */
export function afterFailure(before: Tries, limits: Limits, now: number): Decision {
  const tries = { ...before, attempts: before.attempts + 1 };
  const delay = RETRY_DELAYS_MS[before.attempts];
  if (delay === undefined || before.attempts >= (limits.maximumRetries ?? DEFAULT_RETRIES)) {
    return { type: 'give-up', tries, condition: 'RetriesExhausted' };
  }
  return laterUnlessTooOld(tries, limits, now + delay);
}

/** There was no concurrency for it. */
export function afterThrottle(before: Tries, limits: Limits, now: number): Decision {
  const tries = { ...before, throttles: before.throttles + 1 };
  const { first, longest } = THROTTLE_DELAY_MS;
  return laterUnlessTooOld(tries, limits, now + Math.min(longest, first * 2 ** before.throttles));
}

/** Lambda looks ahead: an event that will be too old at its next try is given up now. */
function laterUnlessTooOld(tries: Tries, limits: Limits, dueAt: number): Decision {
  return isTooOld(tries, limits, dueAt)
    ? { type: 'give-up', tries, condition: 'EventAgeExceeded' }
    : { type: 'later', tries, dueAt };
}

function isTooOld({ receivedAt }: Tries, { maximumAgeSeconds = DEFAULT_AGE_SECONDS }: Limits, at: number) {
  return at - receivedAt > maximumAgeSeconds * 1_000;
}
