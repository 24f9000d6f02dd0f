import { EVENT_OVERHEAD_BYTES } from './log-chunk.ts';
import { constraintError, invalidParameter, unreadable } from './log-input.ts';

export type PutEvent = {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
};

/** Indices into the request: what AWS answers for events that it did not take. */
type RejectedEvents = {
  readonly tooNewLogEventStartIndex?: number;
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const BATCH = { bytes: 1_048_576, events: 10_000, spanMs: 86_400_000 } as const;
const FUTURE_MS = 2 * 60 * 60_000;
const DAY_MS = 86_400_000;
const PAST_MS = 14 * DAY_MS;

/** `logEvents` of a request, held to the rules of a batch. @throws AwsError 400 */
export function parseNewEvents(value: unknown): readonly PutEvent[] {
  if (value === undefined || value === null) {
    throw constraintError('logEvents', undefined, 'Member must not be null');
  }
  if (!Array.isArray(value)) throw unreadable('logEvents', 'a list');
  if (value.length === 0) {
    throw constraintError('logEvents', '[]', 'Member must have length greater than or equal to 1');
  }
  if (value.length > BATCH.events) {
    const constraint = `Member must have length less than or equal to ${BATCH.events}`;
    throw constraintError('logEvents', `${value.length} events`, constraint);
  }
  const events = value.map(parseNewEvent);
  let bytes = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const { at, message } of events) {
    bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
    if (at < previous) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    previous = at;
  }
  if (bytes > BATCH.bytes) {
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH.bytes}`);
  }
  if (previous - (events[0]?.at ?? 0) > BATCH.spanMs) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  }
  return events;
}

function parseNewEvent(value: unknown, index: number): PutEvent {
  const name = `logEvents.${index + 1}.member`;
  if (typeof value !== 'object' || value === null) throw unreadable(name, 'a structure');
  const { timestamp, message } = value as Record<string, unknown>;
  if (typeof timestamp !== 'number' || !Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw constraintError(
      `${name}.timestamp`,
      timestamp,
      'Member must have value greater than or equal to 0',
    );
  }
  if (typeof message !== 'string' || message === '') {
    throw constraintError(`${name}.message`, message, 'Member must have length greater than or equal to 1');
  }
  return { at: timestamp, message };
}

/** What of a batch in order is neither too old nor too new. */
export function acceptedEvents(
  events: readonly PutEvent[],
  now: number,
  retentionDays: number | undefined,
): { readonly accepted: readonly PutEvent[]; readonly rejected: RejectedEvents | undefined } {
  const old = countBefore(events, now - PAST_MS);
  const expired = retentionDays === undefined ? 0 : countBefore(events, now - retentionDays * DAY_MS);
  const tooNew = countBefore(events, now + FUTURE_MS + 1);
  const rejected = {
    ...(tooNew < events.length ? { tooNewLogEventStartIndex: tooNew } : {}),
    ...(old > 0 ? { tooOldLogEventEndIndex: old } : {}),
    ...(expired > old ? { expiredLogEventEndIndex: expired } : {}),
  };
  return {
    accepted: events.slice(Math.max(old, expired), tooNew),
    rejected: Object.keys(rejected).length === 0 ? undefined : rejected,
  };
}

function countBefore(events: readonly PutEvent[], time: number): number {
  const index = events.findIndex(({ at }) => at >= time);
  return index < 0 ? events.length : index;
}
