import type { State } from '../state/state.ts';
import { chunksOf, idOfEvent, type LogChunk } from './log-chunk.ts';
import { LogWindow } from './log-window.ts';

/** Where an event stands in its group: by time, and what came in the same millisecond in the order of its arrival. */
export type LogPosition = { readonly at: number; readonly id: number };

export type StoredLogEvent = LogPosition & {
  readonly streamId: number;
  readonly ingestedAt: number;
  readonly message: string;
};

export type NewLogEvent = {
  readonly groupId: number;
  readonly streamId: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
};

export type LogRange = {
  readonly groupId: number;
  /** Absent: of all streams. */
  readonly streamIds?: ReadonlySet<number> | undefined;
  /** First and last millisecond that may be read. */
  readonly from: number;
  readonly to: number;
  /** Only what lies beyond it, in the direction of reading. */
  readonly after?: LogPosition | undefined;
  readonly newestFirst?: boolean;
};

/** What of a second is in memory at once. */
type SecondWindow = { readonly window: LogWindow; readonly add: (row: Row) => void };

/** More than a page has. */
const WINDOW_BYTES = 4 * 1024 * 1024;

type Row = { id: number; second: number; stream_id: number; ingested_at: number; events: string };

/** The events of all groups, read in the order of their time. */
export class LogEvents {
  readonly #state: State;
  readonly #windowBytes: number;

  constructor(state: State, windowBytes = WINDOW_BYTES) {
    this.#state = state;
    this.#windowBytes = windowBytes;
  }

  /** To be called within a transaction. */
  append(events: readonly NewLogEvent[], ingestedAt: number): void {
    const insert = this.#state.statement(
      'INSERT INTO log_chunks (group_id, second, stream_id, ingested_at, bytes, events) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const touch = this.#state.statement(
      `UPDATE log_streams SET ingested_at = ?1,
         first_event_at = min(coalesce(first_event_at, ?2), ?2), last_event_at = max(coalesce(last_event_at, ?3), ?3)
       WHERE id = ?4`,
    );
    for (const chunk of chunksOf(events)) {
      const { groupId, second, streamId, bytes } = chunk;
      insert.run(groupId, second, streamId, ingestedAt, bytes, JSON.stringify(chunk.events));
      touch.run(ingestedAt, ...timesOf(chunk), streamId);
      this.#account(groupId, bytes);
    }
  }

  /** Reads as far as the caller iterates. Nothing may be written meanwhile. */
  *read(range: LogRange): Generator<StoredLogEvent> {
    const { groupId, from, to, after, newestFirst = false } = range;
    const low = newestFirst || after === undefined ? from : Math.max(from, after.at);
    const high = newestFirst && after !== undefined ? Math.min(to, after.at) : to;
    const direction = newestFirst ? 'DESC' : 'ASC';
    const rows = this.#state
      .statement(
        `SELECT id, second, stream_id, ingested_at, events FROM log_chunks
         WHERE group_id = ? AND second BETWEEN ? AND ? ORDER BY second ${direction}, id ${direction}`,
      )
      .iterate(groupId, Math.floor(low / 1_000), Math.floor(high / 1_000)) as Iterable<Row>;
    const sign = newestFirst ? -1 : 1;
    const compare = (a: LogPosition, b: LogPosition): number => sign * inOrder(a, b);
    const windowAfter = (last: LogPosition | undefined): SecondWindow => {
      const window = new LogWindow({ compare, mostBytes: this.#windowBytes });
      const add = (row: Row): void => {
        if (range.streamIds?.has(row.stream_id) === false) return;
        for (const event of eventsOf(row)) {
          if (event.at < low || event.at > high || (last && compare(event, last) <= 0)) continue;
          window.add(event);
        }
      };
      return { window, add };
    };
    let current = windowAfter(after);
    let second: number | undefined;
    for (const row of rows) {
      if (second !== undefined && row.second !== second) {
        yield* this.#whole(groupId, second, current, windowAfter);
        current = windowAfter(after);
      }
      second = row.second;
      current.add(row);
    }
    if (second !== undefined) yield* this.#whole(groupId, second, current, windowAfter);
  }

  /** The events of a second, which may be more than memory has: what does not fit is read again, from where it ends. */
  *#whole(
    groupId: number,
    second: number,
    first: SecondWindow,
    windowAfter: (last: LogPosition) => SecondWindow,
  ): Generator<StoredLogEvent> {
    for (let { window } = first; ; ) {
      yield* window.events();
      if (window.end === undefined) return;
      const next = windowAfter(window.end);
      const rows = this.#state
        .statement(
          'SELECT id, second, stream_id, ingested_at, events FROM log_chunks WHERE group_id = ? AND second = ? ORDER BY id',
        )
        .iterate(groupId, second) as Iterable<Row>;
      for (const row of rows) next.add(row);
      window = next.window;
    }
  }

  /** The bytes of all groups. */
  totalBytes(): number {
    const row = this.#state.statement('SELECT coalesce(sum(stored_bytes), 0) AS bytes FROM log_groups').get();
    return Number(row?.bytes);
  }

  /** Removes what is older than its group's retention, to the second. `before`: epoch milliseconds. */
  removeExpired(groupId: number, before: number): void {
    this.#remove('group_id = ? AND second < ?', [groupId, Math.floor(before / 1_000)]);
  }

  /** Removes what came first, of all groups, until so many bytes are free. */
  removeOldest(bytes: number): void {
    let freed = 0;
    let last = 0;
    const chunks = this.#state
      .statement('SELECT id, bytes FROM log_chunks ORDER BY id')
      .iterate() as Iterable<{ id: number; bytes: number }>;
    for (const chunk of chunks) {
      last = chunk.id;
      freed += chunk.bytes;
      if (freed >= bytes) break;
    }
    this.#remove('id <= ?', [last]);
  }

  #remove(condition: string, values: readonly number[]): void {
    this.#state.transaction(() => {
      const rows = this.#state
        .statement(
          `SELECT group_id AS groupId, sum(bytes) AS bytes FROM log_chunks WHERE ${condition} GROUP BY group_id`,
        )
        .all(...values) as { groupId: number; bytes: number }[];
      for (const { groupId, bytes } of rows) this.#account(groupId, -bytes);
      this.#state.statement(`DELETE FROM log_chunks WHERE ${condition}`).run(...values);
    });
  }

  #account(groupId: number, bytes: number): void {
    this.#state
      .statement('UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE id = ?')
      .run(bytes, groupId);
  }
}

function inOrder(a: LogPosition, b: LogPosition): number {
  return a.at - b.at || a.id - b.id;
}

function eventsOf({ id, stream_id, ingested_at, events }: Row): readonly StoredLogEvent[] {
  return (JSON.parse(events) as LogChunk['events']).map(([at, message], index) => ({
    at,
    id: idOfEvent(id, index),
    streamId: stream_id,
    ingestedAt: ingested_at,
    message,
  }));
}

function timesOf({ events }: LogChunk): [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const [at] of events) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return [first, last];
}
