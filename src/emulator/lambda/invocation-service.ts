import type { InvocationResult } from '../../runtime/invocation.ts';
import type { FunctionRegistry, ResolvedFunction } from './function-registry.ts';
import type { InvocationEvent, InvocationListener } from './invocation-event.ts';
import type { AsyncEvent } from './invocations/async-event.ts';
import { ConcurrencyLimits } from './invocations/concurrency-limits.ts';
import { RecursionGuard } from './invocations/recursion-guard.ts';
import { wholeLog } from './system-log.ts';

export type InvocationCall = {
  readonly resolved: ResolvedFunction;
  readonly requestId: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  readonly clientContext: unknown;
  /** `X-Amzn-Trace-Id` of whoever invokes it, if that sent one. The function gets one with its own place in it. */
  readonly traceId: string | undefined;
};

/** Takes an answer as it comes. */
export type AnswerStream = {
  /** Before the first piece. */
  onContentType(contentType: string): void;
  /** Resolves when more may come; rejects when nobody takes the answer any more, which ends the handler. */
  onChunk(chunk: Uint8Array): Promise<void>;
};

export type InvocationRun = {
  /** What is left of the function's timeout, from now. */
  readonly remainingMs: number;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal;
  /** Absent: a streamed answer is gathered. */
  readonly stream?: AnswerStream;
};

/** Where an invocation is carried out: by the stub, or directly by the runtime. */
export type InvocationTarget = (call: InvocationCall, run: InvocationRun) => Promise<InvocationResult>;

export type InvocationOutcome = {
  readonly result: InvocationResult;
  /** START, lines, END, REPORT. */
  readonly log: () => string;
  /** The trace header that the function got: what it causes carries it on. */
  readonly traceId: string;
};

/** The queue of asynchronous invocations, as Invoke needs it. */
export interface AsyncInvocations {
  /** The event is kept, whatever happens to this process, when it returns. */
  add(event: AsyncEvent): void;
}

export type InvokeOptions = {
  /** Ends the handler. */
  readonly signal?: AbortSignal;
  readonly stream?: AnswerStream;
};

/** Lambda's side of an invocation: picks who carries it out, holds it to the limits, keeps its log. */
export class InvocationService {
  readonly registry: FunctionRegistry;
  readonly limits: ConcurrencyLimits;
  readonly recursion: RecursionGuard;
  readonly #stubbed: InvocationTarget;
  readonly #direct: InvocationTarget;
  readonly #loadAsync: () => Promise<unknown>;
  readonly #localInitMs: number;
  #async: AsyncInvocations | undefined;
  readonly #now: () => number;
  readonly #listeners = new Set<InvocationListener>();
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<InvocationResult>>();

  constructor(options: {
    readonly registry: FunctionRegistry;
    readonly stubbed: InvocationTarget;
    readonly direct: InvocationTarget;
    /** Leads to `attach`; called for asynchronous invocations, until then. */
    readonly loadAsync?: () => Promise<unknown>;
    /** What a session may take for a function's build and start, beside its timeout. @default 0 */
    readonly localInitMs?: number | undefined;
    readonly limits?: ConcurrencyLimits;
    readonly recursion?: RecursionGuard;
    readonly onEvent?: InvocationListener | undefined;
    /** Epoch milliseconds. */
    readonly now?: () => number;
  }) {
    this.registry = options.registry;
    this.#localInitMs = options.localInitMs ?? 0;
    this.limits = options.limits ?? new ConcurrencyLimits();
    this.recursion = options.recursion ?? new RecursionGuard();
    this.#stubbed = options.stubbed;
    this.#direct = options.direct;
    this.#loadAsync = options.loadAsync ?? (() => Promise.resolve());
    this.#now = options.now ?? Date.now;
    if (options.onEvent !== undefined) this.#listeners.add(options.onEvent);
  }

  /** The emulator ends: what runs is ended, and nothing begins. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** A listener is called on the path of invocations: it returns at once and does not throw. Gives what ends it. */
  observe(listener: InvocationListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What is known of invocations elsewhere, for the same listeners. */
  report(event: InvocationEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /**
   * Never rejects for what user code does.
   *
   * @throws AwsError 429 TooManyRequestsException above the limits of concurrency, 400 RecursiveInvocationException
   *   for a function that has called itself too often; then nothing ran.
   */
  async invoke(call: InvocationCall, { signal, stream }: InvokeOptions = {}): Promise<InvocationOutcome> {
    const { spec, stubbed } = call.resolved.deployed;
    const traced = { ...call, traceId: this.#trace(call) };
    this.#enter(spec.name);
    const lines: string[] = [];
    const startedAt = this.#now();
    this.report({ type: 'started', call: traced, at: startedAt });
    const target = stubbed ? this.#stubbed : this.#direct;
    const running = target(traced, {
      remainingMs: stubbed ? spec.timeoutMs + this.#localInitMs : spec.timeoutMs,
      onLog: (text) => {
        lines.push(text);
        this.report({ type: 'log', call: traced, text, at: this.#now() });
      },
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
      ...(stream === undefined ? {} : { stream }),
    }).catch(cannotRun);
    this.#running.add(running);
    const result = await running;
    this.#running.delete(running);
    this.limits.leave(spec.name);
    const endedAt = this.#now();
    this.report({ type: 'ended', call: traced, result, at: endedAt });
    const log = (): string => wholeLog(call, lines, result, { startedAt, endedAt });
    return { result, log, traceId: traced.traceId };
  }

  /** Asynchronous invocations are taken from now on. */
  attach(queue: AsyncInvocations): void {
    this.#async = queue;
  }

  /** `InvocationType: Event`: when it resolves, nothing loses the event any more. */
  async invokeLater(event: AsyncEvent): Promise<void> {
    if (this.#async === undefined) await this.#loadAsync();
    if (this.#async === undefined) throw new TypeError('expected a queue of asynchronous invocations');
    this.#async.add(event);
    const functionName = event.reference.name;
    this.report({ type: 'async', functionName, at: this.#now(), metric: 'AsyncEventsReceived' });
  }

  /** Resolves when what runs now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  /** Ends what runs, and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  #trace({ traceId, resolved }: InvocationCall): string {
    const { name, arn } = resolved.deployed.spec;
    try {
      return this.recursion.enter(name, arn, traceId);
    } catch (error) {
      this.report({ type: 'recursive', functionName: name, at: this.#now() });
      throw error;
    }
  }

  #enter(functionName: string): void {
    try {
      this.limits.enter(functionName);
    } catch (error) {
      this.report({ type: 'throttled', functionName, at: this.#now() });
      throw error;
    }
  }
}

/** No process could be started, for want of memory or file handles: the function fails, the emulator goes on. */
function cannotRun(error: unknown): InvocationResult {
  const errorType = 'Runtime.ExitError';
  const errorMessage = error instanceof Error ? error.message : String(error);
  return {
    status: 'failed',
    failure: 'exit',
    errorType,
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
    durationMs: 0,
    coldStart: true,
  };
}
