import type { EmulatorClock } from '../emulator-clock.ts';
import { integerOf, type Row, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';
import { sqsError } from './sqs-error.ts';

export type MoveTask = {
  readonly handle: string;
  readonly source: string;
  /** Undefined: each message goes back to where it came from. */
  readonly destination: string | undefined;
  /** Messages a second; undefined: as fast as possible. */
  readonly rate: number | undefined;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly failure: string | undefined;
  readonly moved: number;
  readonly toMove: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** What comes later into the queue is not moved. */
  readonly lastSequence: number;
};

/** So many at once, so that requests between them do not wait. */
const CHUNK = 100;
const STEP_AGAIN_MS = 5000;
/** Older ones that have ended are of use to nobody: they are not kept either. */
const MOST_LISTED = 10;

/**
 * Moves messages from dead-letter queues back. A task outlasts the emulator: it goes on where it was.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export class MoveTasks {
  readonly #state: State;
  readonly #queues: Queues;
  readonly #clock: EmulatorClock;
  readonly #cancels = new Map<string, () => void>();

  constructor(dependencies: {
    readonly state: State;
    readonly queues: Queues;
    readonly clock: EmulatorClock;
  }) {
    this.#state = dependencies.state;
    this.#queues = dependencies.queues;
    this.#clock = dependencies.clock;
    const running = this.#state.statement("SELECT * FROM sqs_move_tasks WHERE status = 'RUNNING'").all();
    for (const row of running) this.#schedule(taskOf(row), 0);
  }

  /** @throws AwsError ResourceNotFoundException or UnsupportedOperation */
  start(request: Pick<MoveTask, 'source' | 'destination' | 'rate'>): MoveTask {
    const source = this.#queueOf(request.source);
    const destination = request.destination === undefined ? undefined : this.#queueOf(request.destination);
    // A FIFO queue would never give what has no group.
    if (destination !== undefined && destination.settings.fifo !== source.settings.fifo) {
      throw sqsError('UnsupportedOperation', 'Source queue and destination queue must be of the same type.');
    }
    if (this.#queues.deadLetterSources(request.source).length === 0) {
      throw sqsError('UnsupportedOperation', 'Source queue must be configured as a Dead Letter Queue.');
    }
    if (this.list(request.source).some(({ status }) => status === 'RUNNING')) {
      throw sqsError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const task: MoveTask = {
      ...request,
      handle: Buffer.from(JSON.stringify({ taskId: crypto.randomUUID(), sourceArn: source.arn })).toString(
        'base64',
      ),
      status: 'RUNNING',
      failure: undefined,
      moved: 0,
      toMove: source.counts().visible,
      startedAt: this.#clock.now(),
      lastSequence: source.lastSequence(),
    };
    this.#state.transaction(() => {
      this.#add(task);
      const old = `SELECT rowid FROM sqs_move_tasks WHERE source = ?
        ORDER BY started_at DESC, rowid DESC LIMIT -1 OFFSET ?`;
      this.#state
        .statement(`DELETE FROM sqs_move_tasks WHERE rowid IN (${old})`)
        .run(task.source, MOST_LISTED);
    });
    this.#schedule(task, 0);
    return task;
  }

  /** The newest first. @throws AwsError ResourceNotFoundException */
  list(source: string, most = MOST_LISTED): readonly MoveTask[] {
    this.#queueOf(source);
    return this.#state
      .statement('SELECT * FROM sqs_move_tasks WHERE source = ? ORDER BY started_at DESC, rowid DESC LIMIT ?')
      .all(source, Math.min(most, MOST_LISTED))
      .map(taskOf);
  }

  /** @throws AwsError ResourceNotFoundException */
  get(handle: string): MoveTask {
    const row = this.#state.statement('SELECT * FROM sqs_move_tasks WHERE handle = ?').get(handle);
    if (row === undefined) throw sqsError('ResourceNotFoundException', 'Task does not exist.');
    return taskOf(row);
  }

  /** @throws AwsError ResourceNotFoundException or UnsupportedOperation */
  cancel(handle: string): MoveTask {
    const task = this.get(handle);
    if (task.status !== 'RUNNING') {
      throw sqsError('UnsupportedOperation', 'Only active tasks can be cancelled.');
    }
    this.#cancels.get(handle)?.();
    this.#cancels.delete(handle);
    this.#update({ ...task, status: 'CANCELLED' });
    return task;
  }

  /** Tasks that run go on at the next start. Idempotent. */
  close(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  #queueOf(arn: string): Queue {
    const queue = this.#queues.find(arn);
    if (queue !== undefined) return queue;
    throw sqsError(
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    );
  }

  #schedule(task: MoveTask, delayMs: number): void {
    const cancel = this.#clock.schedule(() => {
      this.#cancels.delete(task.handle);
      try {
        this.#step(task);
      } catch {
        // A full disk, as those who send are told: it may pass, and this must not end the emulator.
        this.#schedule(task, STEP_AGAIN_MS);
      }
    }, delayMs);
    this.#cancels.set(task.handle, cancel);
  }

  #step(task: MoveTask): void {
    const source = this.#queues.find(task.source);
    // The task went with its queue.
    if (source === undefined) return;
    const most = Math.min(task.rate ?? CHUNK, CHUNK);
    // A kill between the two would let the task count less than it has moved.
    const next = source.redrive(
      ({ details }) => this.#queues.find(task.destination ?? details.deadLetterSourceArn ?? ''),
      { most, upTo: task.lastSequence },
      (found, moved) =>
        this.#update({ ...task, moved: task.moved + moved, ...endOf({ found, moved, most }) }),
    );
    if (next.status === 'RUNNING') {
      this.#schedule(next, task.rate === undefined ? 0 : (most / task.rate) * 1000);
    }
  }

  #add(task: MoveTask): void {
    this.#state
      .statement('INSERT INTO sqs_move_tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        task.handle,
        task.source,
        task.destination ?? null,
        task.rate ?? null,
        task.status,
        task.failure ?? null,
        task.moved,
        task.toMove,
        task.startedAt,
        task.lastSequence,
      );
  }

  /** Of a task whose queue was deleted nothing is kept, even if there is another queue of that name by now. */
  #update(task: MoveTask): MoveTask {
    const { handle, status, failure, moved } = task;
    this.#state
      .statement('UPDATE sqs_move_tasks SET status = ?, failure = ?, moved = ? WHERE handle = ?')
      .run(status, failure ?? null, moved, handle);
    return task;
  }
}

function endOf(step: {
  readonly found: number;
  readonly moved: number;
  readonly most: number;
}): Partial<MoveTask> {
  if (step.found > step.moved) return { status: 'FAILED', failure: 'CouldNotDetermineMessageSource' };
  return step.found < step.most ? { status: 'COMPLETED' } : {};
}

function taskOf(row: Row): MoveTask {
  const status = textOf(row, 'status');
  return {
    handle: textOf(row, 'handle'),
    source: textOf(row, 'source'),
    destination: row.destination === null ? undefined : textOf(row, 'destination'),
    rate: row.rate === null ? undefined : integerOf(row, 'rate'),
    status: status === 'RUNNING' || status === 'COMPLETED' || status === 'CANCELLED' ? status : 'FAILED',
    failure: row.failure === null ? undefined : textOf(row, 'failure'),
    moved: integerOf(row, 'moved'),
    toMove: integerOf(row, 'to_move'),
    startedAt: integerOf(row, 'started_at'),
    lastSequence: integerOf(row, 'last_sequence'),
  };
}
