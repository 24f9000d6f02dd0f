import { randomBytes, randomUUID } from 'node:crypto';
import type { FunctionSpec, InvocationResult, Runtime } from '../runtime/invocation.ts';
import type { SessionStore } from './store.ts';
import { StreamBeginning } from './stream-beginning.ts';

export type LocalRunsOptions = {
  readonly runtime: Runtime;
  readonly store: Pick<SessionStore, 'dispatch'>;
  /** By name; undefined for one that the session does not have. */
  readonly specOf: (functionName: string) => FunctionSpec | undefined;
  readonly lane: string;
  /** Epoch milliseconds, for display. @default Date.now */
  readonly now?: () => number;
};

export type LocalRunRequest = {
  readonly functionName: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  /** Id of the invocation that it runs again; undefined: a new event. */
  readonly replayOf: string | undefined;
  readonly clientContext?: unknown;
};

const UNKNOWN_FUNCTION = 'is no function of this session.';

/**
 * Invocations that nobody sent: an event runs here, with the function's code and credentials as a real one would, and no
 * caller waits for its answer. In the store they are invocations like the others.
 */
export class LocalRuns {
  readonly #options: LocalRunsOptions;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: LocalRunsOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the result, which may be the handler's failure; the deadline is the function's timeout, as in Lambda.
   *
   * @throws Error when the session has no such function, or is closed.
   */
  async run(request: LocalRunRequest): Promise<InvocationResult> {
    const spec = this.#options.specOf(request.functionName);
    if (spec === undefined) throw new Error(`${request.functionName} ${UNKNOWN_FUNCTION}`);
    if (this.#closing.signal.aborted) throw new Error('The session is closing: nothing runs any more.');
    const running = this.#run(spec, request);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Cancels what runs and waits for its end. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
  }

  async #run(spec: FunctionSpec, request: LocalRunRequest): Promise<InvocationResult> {
    const { runtime, store, lane, now = Date.now } = this.#options;
    const { event, replayOf, clientContext } = request;
    const id = randomBytes(16).toString('hex');
    const requestId = randomUUID();
    const context = {
      invokedFunctionArn: spec.arn,
      functionVersion: '$LATEST',
      memoryLimitInMB: String(spec.memoryMb),
      logGroupName: `/aws/lambda/${spec.name}`,
      logStreamName: `llx/replay/${requestId}`,
    };
    store.dispatch({
      type: 'offered',
      id,
      requestId,
      functionName: spec.name,
      lane,
      event,
      at: now(),
      context: {
        ...context,
        remainingMs: spec.timeoutMs,
        clientContext,
        identity: undefined,
        traceId: undefined,
        streaming: undefined,
        credentials: 'of the session',
      },
      ...(replayOf === undefined ? {} : { replayOf }),
    });
    store.dispatch({ type: 'claimed', id, at: now() });
    const stream = new StreamBeginning();
    const result = await runtime.invoke(spec, {
      requestId,
      invokedFunctionArn: context.invokedFunctionArn,
      functionVersion: context.functionVersion,
      logGroupName: context.logGroupName,
      logStreamName: context.logStreamName,
      event,
      remainingMs: spec.timeoutMs,
      ...(clientContext === undefined ? {} : { clientContext }),
      onLog: (line) => store.dispatch({ type: 'log', id, line }),
      onProgress: (step) => store.dispatch({ type: 'progress', id, step, at: now() }),
      // Gathered, it could not be larger than a buffered answer.
      onChunk: async (chunk) => stream.add(chunk),
      signal: this.#closing.signal,
    });
    const streamed = stream.take();
    store.dispatch({ type: 'ended', id, at: now(), result, ...(streamed && { streamed }) });
    return result;
  }
}
