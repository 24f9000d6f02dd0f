import { setTimeout as pause } from 'node:timers/promises';
import { isLlxError } from '../../errors/llx-error.ts';
import type { LogRecord, LogSource } from './log-source.ts';

export type FollowOptions = {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Absent: what is there now. */
  readonly follow?: boolean;
  readonly filter?: string | undefined;
  readonly signal: AbortSignal;
  /** There is no such log group; it is waited for. Called once. */
  readonly onMissing?: () => void;
  /** Between two looks for more. */
  readonly pauseMs: number;
};

/** Lines can come later than others that are newer: so far back is looked for them. */
const OVERLAP_MS = 10_000;

/** The records of a log, each once, in the order of time as far as they have come. Ends with the signal when it follows. */
export async function* followLog(source: LogSource, options: FollowOptions): AsyncGenerator<LogRecord> {
  const { follow = false, filter, signal, pauseMs } = options;
  let since = options.since;
  let told = false;
  /** Of the overlap: time by id. */
  const seen = new Map<string, number>();
  do {
    try {
      let token: string | undefined;
      do {
        const page = await source.read({ since, filter, token, signal });
        for (const record of page.records) {
          if (seen.has(record.eventId)) continue;
          seen.set(record.eventId, record.at);
          yield record;
        }
        token = page.nextToken;
      } while (token !== undefined);
    } catch (error) {
      if (follow && signal.aborted) return;
      if (!follow || !isLlxError(error) || error.code !== 'LLX_FUNCTION_UNKNOWN') throw error;
      if (!told) options.onMissing?.();
      told = true;
    }
    if (!follow) return;
    since = Math.max(since, newest(seen) - OVERLAP_MS);
    for (const [id, at] of seen) if (at < since) seen.delete(id);
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  } while (!signal.aborted);
}

function newest(seen: ReadonlyMap<string, number>): number {
  let newest = 0;
  for (const at of seen.values()) newest = Math.max(newest, at);
  return newest;
}
