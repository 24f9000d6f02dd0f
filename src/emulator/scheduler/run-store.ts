import { integerOf, type Row, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';

/** One time of a schedule, from when it is due until it has been delivered, or until its function has ended. */
export type Run = {
  readonly id: number;
  /** Of the timetable's entry. */
  readonly key: string;
  /** Epoch milliseconds, as are all times. */
  readonly scheduledAt: number;
  /** The next try. */
  readonly dueAt: number;
  /** The same at each try; the request id of a function that it invokes. */
  readonly executionId: string;
  /** That have failed. */
  readonly attempts: number;
};

/** The runs that wait, and those that are waited for. What a method has written survives `kill -9` when it returns. */
export class RunStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  add({ key, scheduledAt, dueAt, executionId }: Omit<Run, 'id' | 'attempts'>): void {
    const sql = `INSERT INTO timetable_runs (key, scheduled_at, due_at, execution_id, attempts, is_running)
      VALUES (?, ?, ?, ?, 0, 0)`;
    this.#state.statement(sql).run(key, scheduledAt, dueAt, executionId);
  }

  /** Those to be delivered, the first that are due first. */
  due(now: number): readonly Run[] {
    const sql = 'SELECT * FROM timetable_runs WHERE is_running = 0 AND due_at <= ? ORDER BY due_at, id';
    return this.#state.statement(sql).all(now).map(runOf);
  }

  /** When the next of those is due that are not due yet. */
  nextDueAfter(now: number): number | undefined {
    const sql = 'SELECT min(due_at) AS due FROM timetable_runs WHERE is_running = 0 AND due_at > ?';
    const row = this.#state.statement(sql).get(now);
    return row === undefined || row.due === null ? undefined : integerOf(row, 'due');
  }

  /** Waiting and running. */
  countOf(key: string): number {
    const row = this.#state.statement('SELECT count(*) AS runs FROM timetable_runs WHERE key = ?').get(key);
    return row === undefined ? 0 : integerOf(row, 'runs');
  }

  running(): readonly Run[] {
    return this.#state.statement('SELECT * FROM timetable_runs WHERE is_running = 1').all().map(runOf);
  }

  markRunning(id: number): void {
    this.#state.statement('UPDATE timetable_runs SET is_running = 1 WHERE id = ?').run(id);
  }

  postpone(id: number, attempts: number, dueAt: number): void {
    const sql = 'UPDATE timetable_runs SET attempts = ?, due_at = ? WHERE id = ?';
    this.#state.statement(sql).run(attempts, dueAt, id);
  }

  delete(id: number): void {
    this.#state.statement('DELETE FROM timetable_runs WHERE id = ?').run(id);
  }

  /** Those that are to be delivered. */
  waitingOf(key: string): readonly Run[] {
    const sql = 'SELECT * FROM timetable_runs WHERE key = ? AND is_running = 0 ORDER BY id';
    return this.#state.statement(sql).all(key).map(runOf);
  }
}

function runOf(row: Row): Run {
  return {
    id: integerOf(row, 'id'),
    key: textOf(row, 'key'),
    scheduledAt: integerOf(row, 'scheduled_at'),
    dueAt: integerOf(row, 'due_at'),
    executionId: textOf(row, 'execution_id'),
    attempts: integerOf(row, 'attempts'),
  };
}
