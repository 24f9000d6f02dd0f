import type { StatementSync } from 'node:sqlite';
import type { State } from '../state/state.ts';

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
  /** First and last millisecond that may be read. */
  readonly from: number;
  readonly to: number;
  /** Only what lies beyond it, in the direction of reading. */
  readonly after?: LogPosition | undefined;
  readonly newestFirst?: boolean;
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const EVENT_OVERHEAD_BYTES = 26;

type Row = { id: number; stream_id: number; at: number; ingested_at: number; message: string };

export class LogEvents {
  readonly #state: State;
  readonly #insert: StatementSync;
  #nextId: number;

  constructor(state: State) {
    this.#state = state;
    this.#insert = state.statement(
      'INSERT INTO log_events (id, group_id, stream_id, at, ingested_at, message) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const newest = state.statement('SELECT max(id) AS id FROM log_events').get();
    this.#nextId = Number(newest?.id ?? 0) + 1;
  }

  /** To be called within a transaction. */
  append(events: readonly NewLogEvent[], ingestedAt: number): void {
    const bytes = new Map<number, number>();
    const streams = new Map<number, { first: number; last: number }>();
    for (const { groupId, streamId, at, message } of events) {
      this.#insert.run(this.#nextId, groupId, streamId, at, ingestedAt, message);
      this.#nextId += 1;
      bytes.set(groupId, (bytes.get(groupId) ?? 0) + Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES);
      const seen = streams.get(streamId);
      if (seen === undefined) streams.set(streamId, { first: at, last: at });
      else {
        seen.first = Math.min(seen.first, at);
        seen.last = Math.max(seen.last, at);
      }
    }
    this.#account(bytes);
    const touch = this.#state.statement(
      `UPDATE log_streams SET ingested_at = ?1,
         first_event_at = min(coalesce(first_event_at, ?2), ?2), last_event_at = max(coalesce(last_event_at, ?3), ?3)
       WHERE id = ?4`,
    );
    for (const [streamId, { first, last }] of streams) touch.run(ingestedAt, first, last, streamId);
  }

  /** Reads as far as the caller iterates. Nothing may be written meanwhile. */
  *read({ groupId, from, to, after, newestFirst = false }: LogRange): Generator<StoredLogEvent> {
    const [direction, comparison] = newestFirst ? ['DESC', '<'] : ['ASC', '>'];
    const low = newestFirst || after === undefined ? from : Math.max(from, after.at);
    const high = newestFirst && after !== undefined ? Math.min(to, after.at) : to;
    const rows = this.#state
      .statement(
        `SELECT id, stream_id, at, ingested_at, message FROM log_events
         WHERE group_id = ?1 AND at BETWEEN ?2 AND ?3 AND (?4 IS NULL OR (at, id) ${comparison} (?4, ?5))
         ORDER BY at ${direction}, id ${direction}`,
      )
      .iterate(groupId, low, high, after?.at ?? null, after?.id ?? 0);
    for (const row of rows) {
      const { id, stream_id, at, ingested_at, message } = row as Row;
      yield { id, streamId: stream_id, at, ingestedAt: ingested_at, message };
    }
  }

  /** The bytes of all groups. */
  totalBytes(): number {
    const row = this.#state.statement('SELECT coalesce(sum(stored_bytes), 0) AS bytes FROM log_groups').get();
    return Number(row?.bytes);
  }

  /** Removes what is older than its group's retention. */
  removeExpired(groupId: number, before: number): void {
    this.#remove('group_id = ? AND at < ?', [groupId, before]);
  }

  /** Removes what came first, of all groups, until so many bytes are free. */
  removeOldest(bytes: number): void {
    let freed = 0;
    let last = 0;
    const sizes = this.#state
      .statement(
        `SELECT id, octet_length(message) + ${EVENT_OVERHEAD_BYTES} AS bytes FROM log_events ORDER BY id`,
      )
      .iterate() as Iterable<{ id: number; bytes: number }>;
    for (const event of sizes) {
      last = event.id;
      freed += event.bytes;
      if (freed >= bytes) break;
    }
    this.#remove('id <= ?', [last]);
  }

  #remove(condition: string, values: readonly number[]): void {
    this.#state.transaction(() => {
      const rows = this.#state
        .statement(
          `SELECT group_id, sum(octet_length(message) + ${EVENT_OVERHEAD_BYTES}) AS bytes
           FROM log_events WHERE ${condition} GROUP BY group_id`,
        )
        .all(...values) as { group_id: number; bytes: number }[];
      if (rows.length === 0) return;
      this.#account(new Map(rows.map(({ group_id, bytes }) => [group_id, -bytes])));
      this.#state.statement(`DELETE FROM log_events WHERE ${condition}`).run(...values);
    });
  }

  #account(bytes: ReadonlyMap<number, number>): void {
    const update = this.#state.statement(
      'UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE id = ?',
    );
    for (const [groupId, change] of bytes) update.run(change, groupId);
  }
}
