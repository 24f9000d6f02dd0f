import { integerOf, textOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { Tries } from './async-decision.ts';
import type { AsyncEvent } from './async-event.ts';

/** An event as it is kept until it has ended. */
export type KeptEvent = AsyncEvent & { readonly id: number; readonly tries: Tries };

/** The events of asynchronous invocations. What a method has written survives `kill -9` when it returns. */
export class AsyncEventStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  add({ reference, requestId, event, traceId }: AsyncEvent, now: number): void {
    const sql = `INSERT INTO lambda_async_events
      (function_name, qualifier, request_id, trace_id, event, received_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)`;
    const { name, qualifier = null } = reference;
    this.#state.statement(sql).run(name, qualifier, requestId, traceId ?? null, event, now, now);
  }

  /** The first of a function that is due and does not run. */
  nextDue(functionName: string, now: number, running: ReadonlySet<number>): KeptEvent | undefined {
    const sql = `SELECT id FROM lambda_async_events WHERE function_name = ? AND due_at <= ?
      ORDER BY due_at, id LIMIT ?`;
    // Those that run are due, too: one more than they are.
    for (const row of this.#state.statement(sql).iterate(functionName, now, running.size + 1)) {
      const id = integerOf(row, 'id');
      if (!running.has(id)) return this.#read(id);
    }
    return undefined;
  }

  /** Epoch milliseconds. */
  nextDueAfter(functionName: string, now: number): number | undefined {
    const sql = 'SELECT min(due_at) AS due FROM lambda_async_events WHERE function_name = ? AND due_at > ?';
    const row = this.#state.statement(sql).get(functionName, now);
    return row === undefined || row.due === null ? undefined : integerOf(row, 'due');
  }

  postpone(id: number, { attempts, throttles }: Tries, dueAt: number): void {
    const sql = 'UPDATE lambda_async_events SET attempts = ?, throttles = ?, due_at = ? WHERE id = ?';
    this.#state.statement(sql).run(attempts, throttles, dueAt, id);
  }

  delete(id: number): void {
    this.#state.statement('DELETE FROM lambda_async_events WHERE id = ?').run(id);
  }

  deleteOf(functionName: string): void {
    this.#state.statement('DELETE FROM lambda_async_events WHERE function_name = ?').run(functionName);
  }

  /** Names of those that have events. */
  functions(): readonly string[] {
    const rows = this.#state.statement('SELECT DISTINCT function_name FROM lambda_async_events').all();
    return rows.map((row) => textOf(row, 'function_name'));
  }

  /** Looks at all of them: not for the path of an invocation. */
  has(requestId: string): boolean {
    const sql = 'SELECT 1 FROM lambda_async_events WHERE request_id = ? LIMIT 1';
    return this.#state.statement(sql).get(requestId) !== undefined;
  }

  count(): number {
    const row = this.#state.statement('SELECT count(*) AS events FROM lambda_async_events').get();
    return row === undefined ? 0 : integerOf(row, 'events');
  }

  #read(id: number): KeptEvent | undefined {
    const row = this.#state.statement('SELECT * FROM lambda_async_events WHERE id = ?').get(id);
    if (row === undefined) return undefined;
    const { qualifier, trace_id: traceId, event } = row;
    if (!(event instanceof Uint8Array)) throw new TypeError('expected bytes in the column event');
    return {
      id,
      reference: {
        name: textOf(row, 'function_name'),
        qualifier: typeof qualifier === 'string' ? qualifier : undefined,
      },
      requestId: textOf(row, 'request_id'),
      traceId: typeof traceId === 'string' ? traceId : undefined,
      event,
      tries: {
        receivedAt: integerOf(row, 'received_at'),
        attempts: integerOf(row, 'attempts'),
        throttles: integerOf(row, 'throttles'),
      },
    };
  }
}
