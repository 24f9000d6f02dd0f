import { LAMBDA } from '../../../protocol/limits.ts';
import { QUOTA_PROFILES } from '../../../protocol/quota-profile.ts';
import { TIMING } from '../../../protocol/timing.ts';
import { oversizeFailure } from '../../../runtime/outcome.ts';
import type { CreateStubOptions } from '../../../stub/create-stub.ts';
import { EnvironmentCredentials } from '../../../stub/environment-credentials.ts';
import type { StubModule } from '../../../stub/handler.ts';
import { lambdaStubOptions } from '../../../stub/lambda-stub.ts';
import type { Stub } from '../../../stub/stub.ts';
import type { StubContext } from '../../../stub/stub-call.ts';
import type { StubOutcome } from '../../../stub/stub-outcome.ts';
import { readSettings } from '../../../stub/stub-settings.ts';
import { GatheredStream } from './gathered-stream.ts';
import type { FromHost, ToHost } from './host-message.ts';
import { LATE_ANSWER_MS } from './late-answer.ts';
import { LiveStream } from './live-stream.ts';
import { readRetainedOverHttp, type Signer } from './read-retained-over-http.ts';

type FunctionMessage = Extract<ToHost, { type: 'function' }>;
type Invoke = Extract<ToHost, { type: 'invoke' }>;
type Observed = Extract<ToHost, { type: 'observed' }>;
type Deployed = Extract<StubOutcome, { type: 'deployed' }>;

export type HostedStubOptions = Pick<FunctionMessage, 'environment' | 'endpoint' | 'paced'> & {
  readonly module: Promise<StubModule>;
  readonly send: (message: FromHost, body?: Uint8Array) => void;
};

/**
 * The broker is on this machine and answers who holds a lane, be it late: the stubs of a whole app ask at once while
 * builds and tests have the processors, and one that gave up would run the deployed code although a session is there.
 */
const HOSTED_TIMING = { ...TIMING, presenceMs: 2_000, lateAnswerMs: LATE_ANSWER_MS };

/** The stub of one function inside the host process: an execution environment that takes any number of invocations. */
export class HostedStub {
  readonly #stub: Promise<Stub>;
  readonly #send: (message: FromHost, body?: Uint8Array) => void;
  readonly #calls = new Map<number, AbortController>();
  /** Of calls whose answer comes in pieces. */
  readonly #live = new Map<number, LiveStream>();
  /** Calls whose deployed handler runs now, for a session that watches. */
  readonly #observing = new Map<number, NonNullable<Deployed['observe']>>();
  readonly #environment: Readonly<Record<string, string>>;

  constructor(options: HostedStubOptions) {
    this.#send = options.send;
    this.#environment = options.environment;
    this.#stub = options.module.then(({ createStub }) => {
      const stub = createStub(this.#stubOptions(options));
      // As in Lambda: what can be done during init is not done during an invocation.
      void stub.prepare();
      return stub;
    });
  }

  async invoke(message: Invoke, body: Buffer): Promise<void> {
    const { call } = message;
    const abort = new AbortController();
    this.#calls.set(call, abort);
    try {
      const stub = await this.#stub;
      const stream = this.#streamOf(message);
      const outcome = await stub.invoke({
        event: JSON.parse(body.toString('utf8')),
        eventJson: body,
        context: contextOf(message),
        print: (text) => this.#send({ type: 'log', call, text }),
        signal: abort.signal,
        onChunk: async (chunk, contentType) => stream.add(chunk, contentType),
      });
      this.#report(call, outcome, stream);
    } catch (error) {
      // A defect of the stub itself: on Lambda it would be this function's error too.
      const errorType = error instanceof Error ? error.name : 'Error';
      const errorMessage = error instanceof Error ? error.message : String(error);
      const trace = error instanceof Error ? (error.stack ?? '').split('\n') : [];
      this.#send(
        { type: 'failed', call, errorType },
        Buffer.from(JSON.stringify({ errorType, errorMessage, trace })),
      );
    } finally {
      this.#calls.delete(call);
      this.#live.delete(call);
    }
  }

  /** Invoke without streaming gathers a stream, as Lambda does. */
  #streamOf({ call, live }: Invoke): GatheredStream | LiveStream {
    if (live === undefined) return new GatheredStream();
    const stream = new LiveStream((chunk, contentType) =>
      this.#send({ type: 'chunk', call, ...(contentType === undefined ? {} : { contentType }) }, chunk),
    );
    this.#live.set(call, stream);
    return stream;
  }

  /** The last piece of a call's answer. */
  taken(call: number): void {
    this.#live.get(call)?.taken();
  }

  /** The deployed handler has ended: whoever watches sees a copy. */
  observed({ call, failed, streamed, durationMs, bytes }: Observed, payload: Buffer): void {
    const observe = this.#observing.get(call);
    this.#observing.delete(call);
    void observe?.({ payload, bytes, failed, streamed, durationMs });
  }

  /** Those of the deployed stub, and what only an emulator can give it. */
  #stubOptions({ endpoint, paced }: HostedStubOptions): CreateStubOptions {
    const settings = readSettings(this.#environment);
    const notice = (text: string): void => this.#send({ type: 'notice', text });
    const options = lambdaStubOptions(settings, this.#environment, notice);
    return {
      ...options,
      ...(options.readRetained === undefined
        ? { readRetained: readRetainedOverHttp(endpoint, this.#signer()) }
        : {}),
      ...(paced ? {} : { quotas: QUOTA_PROFILES.none }),
      timing: HOSTED_TIMING,
      onDrop: ({ reason, detail }) => this.#send({ type: 'dropped', reason, detail }),
    };
  }

  #signer(): Signer {
    const credentials = new EnvironmentCredentials(this.#environment);
    return { region: this.#environment.AWS_REGION ?? '', credentials: () => credentials.read() };
  }

  #report(call: number, outcome: StubOutcome, stream: GatheredStream | LiveStream): void {
    switch (outcome.type) {
      case 'deployed':
        if (outcome.observe !== undefined) this.#observing.set(call, outcome.observe);
        return this.#send({ type: 'deployed', call, observed: outcome.observe !== undefined });
      case 'failed': {
        const { errorType, payload, run } = outcome;
        return this.#send(
          { type: 'failed', call, errorType, ...(run === undefined ? {} : { run }) },
          payload,
        );
      }
      case 'answered':
        return this.#send({ type: 'answer', call, streamed: false, run: outcome.run }, outcome.payload);
      case 'streamed': {
        const payload = restOf(stream);
        if (payload !== undefined)
          return this.#send({ type: 'answer', call, streamed: true, run: outcome.run }, payload);
        const limit = stream instanceof LiveStream ? LAMBDA.streamedResponseBytes : LAMBDA.responseBytes;
        const { errorType, payload: error } = oversizeFailure(limit);
        return this.#send({ type: 'failed', call, errorType, run: outcome.run }, error);
      }
      default: {
        const exhaustive: never = outcome;
        return exhaustive;
      }
    }
  }

  abandon(call: number): void {
    this.#observing.delete(call);
    this.#live.get(call)?.abandon();
    this.#calls.get(call)?.abort();
  }
}

/** What of a streamed answer has not gone out yet. Undefined: there was more than Lambda allows. */
function restOf(stream: GatheredStream | LiveStream): Uint8Array | undefined {
  if (stream instanceof GatheredStream) return stream.bytes();
  return stream.isOversize ? undefined : new Uint8Array(0);
}

function contextOf(message: Invoke): StubContext {
  const deadline = performance.now() + message.remainingMs;
  return {
    awsRequestId: message.requestId,
    invokedFunctionArn: message.invokedFunctionArn,
    functionName: message.functionName,
    functionVersion: message.functionVersion,
    memoryLimitInMB: message.memoryLimitInMB,
    logGroupName: message.logGroupName,
    logStreamName: message.logStreamName,
    clientContext: message.clientContext,
    identity: undefined,
    traceId: message.traceId,
    getRemainingTimeInMillis: () => deadline - performance.now(),
  };
}
