import { EVENT_OVERHEAD_BYTES } from './log-chunk.ts';
import type { LogEvents, LogPosition, LogRange, StoredLogEvent } from './log-events.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html: "up to 1MB". */
const PAGE_BYTES = 1024 * 1024;
/** Patterns are strangers', and messages have up to 1 MiB: nobody else is answered meanwhile. */
const SCAN_MS = 500;

export type LogPage = {
  /** In the direction of reading. */
  readonly events: readonly StoredLogEvent[];
  /** Where to go on; absent at the end. */
  readonly more: LogPosition | undefined;
};

/** One page of what a caller wants: bounded in events, bytes, and, where it says so, in events that are looked at. */
export function readLogPage(
  events: LogEvents,
  query: LogRange & {
    readonly limit: number;
    readonly scanned?: number;
    /** @default all */
    readonly accepts?: (event: StoredLogEvent) => boolean;
  },
): LogPage {
  const { limit, scanned = Number.POSITIVE_INFINITY, accepts = () => true } = query;
  const page: StoredLogEvent[] = [];
  let bytes = 0;
  let seen = 0;
  const until = query.accepts === undefined ? Number.POSITIVE_INFINITY : performance.now() + SCAN_MS;
  let last: LogPosition | undefined;
  for (const event of events.read(query)) {
    const isLong = last !== undefined && performance.now() > until;
    if (page.length >= limit || seen >= scanned || isLong) return { events: page, more: last };
    seen += 1;
    if (accepts(event)) {
      bytes += Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
      // The first one always, or reading would never get past it.
      if (bytes > PAGE_BYTES && page.length > 0) return { events: page, more: last };
      page.push(event);
    }
    last = { at: event.at, id: event.id };
  }
  return { events: page, more: undefined };
}
