import type { State } from '../state/state.ts';

export type LogGroup = {
  readonly id: number;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly logClass: string;
  /** Absent: kept until the emulator needs the room. */
  readonly retentionDays: number | undefined;
  readonly storedBytes: number;
  readonly tags: Readonly<Record<string, string>>;
};

type Row = {
  id: number;
  name: string;
  created_at: number;
  log_class: string;
  retention_days: number | null;
  stored_bytes: number;
  tags: string;
};

/** What narrows a listing; the names of AWS's parameters. */
export type GroupListing = {
  readonly prefix?: string | undefined;
  /** Part of the name, in any case. */
  readonly pattern?: string | undefined;
  readonly logClass?: string | undefined;
  /** Names up to this one have been listed. */
  readonly after?: string | undefined;
  readonly limit: number;
};

export class LogGroups {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  get(name: string): LogGroup | undefined {
    const row = this.#state.statement('SELECT * FROM log_groups WHERE name = ?').get(name);
    return row === undefined ? undefined : fromRow(row as Row);
  }

  /** In the order of their names. */
  list({ prefix = '', pattern = '', logClass, after = '', limit }: GroupListing): readonly LogGroup[] {
    return this.#state
      .statement(
        `SELECT * FROM log_groups
         WHERE name > ?1 AND substr(name, 1, length(?2)) = ?2 AND instr(lower(name), lower(?3)) > 0
           AND (?4 IS NULL OR log_class = ?4)
         ORDER BY name LIMIT ?5`,
      )
      .all(after, prefix, pattern, logClass ?? null, limit)
      .map((row) => fromRow(row as Row));
  }

  /** The caller has made sure that there is none of that name. */
  create(group: Pick<LogGroup, 'name' | 'createdAt' | 'logClass' | 'tags'>): number {
    const { lastInsertRowid } = this.#state
      .statement('INSERT INTO log_groups (name, created_at, log_class, tags) VALUES (?, ?, ?, ?)')
      .run(group.name, group.createdAt, group.logClass, JSON.stringify(group.tags));
    return Number(lastInsertRowid);
  }

  /** With its streams and events. */
  delete({ id }: LogGroup): void {
    this.#state.transaction(() => {
      for (const table of ['log_chunks', 'log_streams']) {
        this.#state.statement(`DELETE FROM ${table} WHERE group_id = ?`).run(id);
      }
      this.#state.statement('DELETE FROM log_groups WHERE id = ?').run(id);
    });
  }

  setRetention({ id }: LogGroup, days: number | undefined): void {
    this.#state.statement('UPDATE log_groups SET retention_days = ? WHERE id = ?').run(days ?? null, id);
  }

  setTags({ id }: LogGroup, tags: Readonly<Record<string, string>>): void {
    this.#state.statement('UPDATE log_groups SET tags = ? WHERE id = ?').run(JSON.stringify(tags), id);
  }
}

function fromRow(row: Row): LogGroup {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    logClass: row.log_class,
    retentionDays: row.retention_days ?? undefined,
    storedBytes: row.stored_bytes,
    tags: JSON.parse(row.tags) as Record<string, string>,
  };
}
