import { LAMBDA } from '../protocol/limits.ts';
import { AnswerCollector } from './answer-collector.ts';
import type { WorkerMessage } from './channel/worker-message.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult, LogLine } from './invocation.ts';
import {
  abortedFailure,
  type Failure,
  outOfMemoryFailure,
  oversizeFailure,
  timeoutFailure,
  timeoutLogLine,
} from './outcome.ts';
import { type Clock, RunWatch } from './run-watch.ts';
import type { RuntimeProcess } from './runtime-process.ts';

export type RunOptions = {
  readonly invocation: number;
  readonly spec: FunctionSpec;
  readonly pid: number;
  readonly channel: Pick<RuntimeProcess, 'invoke' | 'credit'>;
  readonly clock: Clock;
  /** Of the first run in a process. */
  readonly initMs: number | undefined;
  /** Ends the process: the deadline has passed, memory is used up, or the caller gave up. */
  readonly onKill: () => void;
};

type Outcome =
  | { readonly status: 'succeeded'; readonly payload: Uint8Array; readonly streamed: boolean }
  | Failure;

type RunMessage = Exclude<WorkerMessage, { type: 'ready' | 'load-failed' | 'log' }>;

/** One invocation in a worker: decided once, by whatever comes first, answer, deadline, memory, abort or exit. */
export class Run {
  readonly invocation: number;
  readonly requestId: string;
  /** `killed`: the process was, and its last lines are still to come. */
  readonly decided: Promise<{ readonly killed: boolean }>;
  readonly #request: InvocationRequest;
  readonly #options: RunOptions;
  readonly #decide: (decision: { readonly killed: boolean }) => void;
  readonly #startedAt: number;
  #watch: RunWatch | undefined;
  #collector: AnswerCollector | undefined;
  #ending = false;
  #outcome: Outcome | undefined;
  #durationMs = 0;

  constructor(request: InvocationRequest, options: RunOptions) {
    const { promise, resolve } = Promise.withResolvers<{ readonly killed: boolean }>();
    this.invocation = options.invocation;
    this.requestId = request.requestId;
    this.decided = promise;
    this.#decide = resolve;
    this.#request = request;
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  start(): void {
    const { event, remainingMs, signal, ...request } = this.#request;
    if (signal?.aborted) {
      this.#abort();
      return;
    }
    signal?.addEventListener('abort', this.#abort, { once: true });
    const { spec, pid, channel, clock } = this.#options;
    // The functions in it are left out by JSON.
    channel.invoke(this.invocation, { ...request, deadlineMs: Math.floor(Date.now() + remainingMs) }, event);
    this.#watch = new RunWatch(
      {
        pid,
        remainingMs,
        memoryBytes: spec.memoryMb * 1024 * 1024,
        onTimeout: () => this.#kill(timeoutFailure(spec.timeoutMs, this.requestId)),
        onOutOfMemory: () => this.#kill(outOfMemoryFailure(this.requestId)),
      },
      clock,
    );
    this.#request.onProgress?.('running');
  }

  log(line: LogLine): void {
    this.#request.onLog?.(line);
  }

  /** False for a message that comes too late or out of turn. */
  receive(message: RunMessage): boolean {
    if (this.#outcome || this.#ending) return false;
    switch (message.type) {
      case 'answer':
        this.#settle(
          message.payload.byteLength > LAMBDA.responseBytes
            ? oversizeFailure()
            : { status: 'succeeded', payload: message.payload, streamed: false },
        );
        return true;
      case 'oversize':
        this.#settle(oversizeFailure());
        return true;
      case 'error': {
        const { payload, facts } = message;
        this.#settle({ status: 'failed', failure: 'handler', errorType: facts.errorType, payload });
        return true;
      }
      case 'stream':
        if (this.#collector) return false;
        this.#request.onContentType?.(message.facts.contentType);
        this.#collector = new AnswerCollector({
          onChunk: this.#request.onChunk,
          credit: (bytes) => this.#options.channel.credit(this.invocation, bytes),
          abandon: this.#abort,
        });
        return true;
      case 'chunk':
        this.#collector?.chunk(message.payload);
        return this.#collector !== undefined;
      case 'end':
        if (!this.#collector) return false;
        this.#ending = true;
        void this.#collector.end().then((outcome) => this.#settle(outcome));
        return true;
    }
  }

  /** The process is gone, or is not wanted any more. Without effect on a run that is decided. */
  fail(failure: Failure): void {
    this.#settle(failure);
  }

  /** Only when `decided`, and when the last line was logged. */
  finish(maxRssKb: number): InvocationResult {
    const { initMs, spec } = this.#options;
    if (this.#outcome?.status === 'failed' && this.#outcome.failure === 'timeout') {
      this.log({ stream: 'stdout', text: timeoutLogLine(new Date(), spec.timeoutMs, this.requestId) });
    }
    const peakKb = Math.max(maxRssKb, (this.#watch?.peakBytes ?? 0) / 1024);
    return {
      ...(this.#outcome ?? abortedFailure(this.requestId)),
      durationMs: this.#durationMs,
      coldStart: initMs !== undefined,
      ...(initMs === undefined ? {} : { initMs }),
      ...(peakKb === 0 ? {} : { maxMemoryMb: Math.ceil(peakKb / 1024) }),
    };
  }

  readonly #abort = (): void => this.#kill(abortedFailure(this.requestId));

  #kill(failure: Failure): void {
    if (this.#outcome) return;
    this.#options.onKill();
    this.#settle(failure, true);
  }

  #settle(outcome: Outcome, killed = false): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.#durationMs = this.#options.clock.now() - this.#startedAt;
    this.#watch?.stop();
    this.#request.signal?.removeEventListener('abort', this.#abort);
    this.#decide({ killed });
  }
}
