import type { State } from '../state/state.ts';

export type LogStream = {
  readonly id: number;
  readonly name: string;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  /** Absent: nothing was put into it yet. */
  readonly firstEventAt: number | undefined;
  readonly lastEventAt: number | undefined;
  readonly ingestedAt: number | undefined;
};

type Row = {
  id: number;
  name: string;
  created_at: number;
  first_event_at: number | null;
  last_event_at: number | null;
  ingested_at: number | null;
};

export type StreamOrder = 'LogStreamName' | 'LastEventTime';

export type StreamListing = {
  readonly groupId: number;
  readonly prefix?: string | undefined;
  readonly orderBy: StreamOrder;
  readonly descending: boolean;
  /** The last one that has been listed. */
  readonly after?: StreamPosition | undefined;
  readonly limit: number;
};

/** Where a stream stands in a listing. */
export type StreamPosition = { readonly key: string | number; readonly id: number };

export class LogStreams {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(groupId: number, name: string): LogStream | undefined {
    const row = this.#state
      .statement('SELECT * FROM log_streams WHERE group_id = ? AND name = ?')
      .get(groupId, name);
    return row === undefined ? undefined : fromRow(row as Row);
  }

  list({ groupId, prefix = '', orderBy, descending, after, limit }: StreamListing): readonly LogStream[] {
    const key = orderBy === 'LogStreamName' ? 'name' : 'coalesce(last_event_at, 0)';
    const [direction, comparison] = descending ? ['DESC', '<'] : ['ASC', '>'];
    return this.#state
      .statement(
        `SELECT * FROM log_streams
         WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2
           AND (?3 IS NULL OR (${key}, id) ${comparison} (?3, ?4))
         ORDER BY ${key} ${direction}, id ${direction} LIMIT ?5`,
      )
      .all(groupId, prefix, after?.key ?? null, after?.id ?? 0, limit)
      .map((row) => fromRow(row as Row));
  }

  /** The names of streams, by the ids that their events have. */
  namesOf(groupId: number): ReadonlyMap<number, string> {
    const rows = this.#state
      .statement('SELECT id, name FROM log_streams WHERE group_id = ?')
      .all(groupId) as { id: number; name: string }[];
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** The caller has made sure that there is none of that name. */
  create(groupId: number, name: string, createdAt: number): number {
    const { lastInsertRowid } = this.#state
      .statement('INSERT INTO log_streams (group_id, name, created_at) VALUES (?, ?, ?)')
      .run(groupId, name, createdAt);
    return Number(lastInsertRowid);
  }

  /** With its events. */
  delete(groupId: number, { id, firstEventAt = 0, lastEventAt = 0 }: LogStream): void {
    const chunks = 'log_chunks WHERE group_id = ? AND second BETWEEN ? AND ? AND stream_id = ?';
    const range = [groupId, Math.floor(firstEventAt / 1_000), Math.floor(lastEventAt / 1_000), id];
    this.#state.transaction(() => {
      const removed = this.#state
        .statement(`SELECT coalesce(sum(bytes), 0) AS bytes FROM ${chunks}`)
        .get(...range);
      this.#state.statement(`DELETE FROM ${chunks}`).run(...range);
      this.#state.statement('DELETE FROM log_streams WHERE id = ?').run(id);
      this.#state
        .statement('UPDATE log_groups SET stored_bytes = stored_bytes - ? WHERE id = ?')
        .run(removed?.bytes ?? 0, groupId);
    });
  }
}

function fromRow(row: Row): LogStream {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    firstEventAt: row.first_event_at ?? undefined,
    lastEventAt: row.last_event_at ?? undefined,
    ingestedAt: row.ingested_at ?? undefined,
  };
}
