import type { InvocationResult } from '../../runtime/invocation.ts';
import { AsyncQueue } from './async-queue.ts';
import type { FunctionRegistry, ResolvedFunction } from './function-registry.ts';
import { executionLog } from './log-tail.ts';

export type InvocationCall = {
  readonly resolved: ResolvedFunction;
  readonly requestId: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  readonly clientContext: unknown;
  readonly traceId: string | undefined;
};

export type InvocationRun = {
  /** What is left of the function's timeout, from now. */
  readonly remainingMs: number;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal;
};

/** Where an invocation is carried out: by the stub, or directly by the runtime. */
export type InvocationTarget = (call: InvocationCall, run: InvocationRun) => Promise<InvocationResult>;

export type InvocationEvent =
  | { readonly type: 'started'; readonly call: InvocationCall }
  | { readonly type: 'ended'; readonly call: InvocationCall; readonly result: InvocationResult };

export type InvocationOutcome = {
  readonly result: InvocationResult;
  /** START, lines, END, REPORT. */
  readonly log: () => string;
};

/** Lambda's side of an invocation: picks who carries it out, keeps its log, retries asynchronous ones. */
export class InvocationService {
  readonly registry: FunctionRegistry;
  readonly #stubbed: InvocationTarget;
  readonly #direct: InvocationTarget;
  readonly #queue: AsyncQueue;
  readonly #onEvent: ((event: InvocationEvent) => void) | undefined;
  readonly #onNotice: (text: string) => void;
  readonly #closing = new AbortController();

  constructor(options: {
    readonly registry: FunctionRegistry;
    readonly stubbed: InvocationTarget;
    readonly direct: InvocationTarget;
    readonly queue?: AsyncQueue;
    readonly onEvent?: ((event: InvocationEvent) => void) | undefined;
    readonly onNotice: (text: string) => void;
  }) {
    this.registry = options.registry;
    this.#stubbed = options.stubbed;
    this.#direct = options.direct;
    this.#queue = options.queue ?? new AsyncQueue();
    this.#onEvent = options.onEvent;
    this.#onNotice = options.onNotice;
  }

  /** Never rejects for what user code does. */
  async invoke(call: InvocationCall): Promise<InvocationOutcome> {
    const { spec, stubbed } = call.resolved.deployed;
    const lines: string[] = [];
    this.#onEvent?.({ type: 'started', call });
    const target = stubbed ? this.#stubbed : this.#direct;
    const result = await target(call, {
      remainingMs: spec.timeoutMs,
      onLog: (text) => void lines.push(text),
      signal: this.#closing.signal,
    }).catch(cannotRun);
    this.#onEvent?.({ type: 'ended', call, result });
    const log = (): string =>
      executionLog(call.requestId, call.resolved.version, lines, spec.memoryMb, result);
    return { result, log };
  }

  /** `InvocationType: Event`. */
  invokeLater(call: InvocationCall): void {
    this.#queue.add(
      async () => {
        const { result } = await this.invoke(call);
        return { failed: result.status === 'failed' && result.failure !== 'aborted' };
      },
      () =>
        this.#onNotice(
          `The asynchronous invocation ${call.requestId} of ${call.resolved.deployed.spec.name} is not tried again: the emulator was stopped.`,
        ),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue.close();
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
