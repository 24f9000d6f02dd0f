import { oversizeFailure } from '../../../runtime/outcome.ts';
import type { StubModule } from '../../../stub/handler.ts';
import type { Stub } from '../../../stub/stub.ts';
import type { StubContext } from '../../../stub/stub-call.ts';
import { GatheredStream } from './gathered-stream.ts';
import type { FromHost, ToHost } from './host-message.ts';
import { readRetainedOverHttp } from './read-retained-over-http.ts';

type Invoke = Extract<ToHost, { type: 'invoke' }>;

/** The stub of one function inside the host process: an execution environment that takes any number of invocations. */
export class HostedStub {
  readonly #stub: Promise<Stub>;
  readonly #send: (message: FromHost, body?: Uint8Array) => void;
  readonly #calls = new Map<number, AbortController>();

  constructor(options: {
    readonly arn: string;
    readonly module: Promise<StubModule>;
    readonly mqttUrl: string;
    readonly endpoint: string;
    readonly send: (message: FromHost, body?: Uint8Array) => void;
  }) {
    this.#send = options.send;
    this.#stub = options.module.then(({ createStub }) => {
      const stub = createStub({
        arn: options.arn,
        brokerUrl: options.mqttUrl,
        readRetained: readRetainedOverHttp(options.endpoint),
        onDrop: ({ reason, detail }) => this.#send({ type: 'dropped', reason, detail }),
        onNotice: (text) => this.#send({ type: 'notice', text }),
      });
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
      // Invoke without streaming gathers a stream, as Lambda does.
      const stream = new GatheredStream();
      const outcome = await stub.invoke({
        event: JSON.parse(body.toString('utf8')),
        eventJson: body,
        context: contextOf(message),
        print: (text) => this.#send({ type: 'log', call, text }),
        signal: abort.signal,
        onChunk: async (chunk) => stream.add(chunk),
      });
      if (outcome.type === 'deployed') this.#send({ type: 'deployed', call });
      else if (outcome.type === 'failed')
        this.#send({ type: 'failed', call, errorType: outcome.errorType }, outcome.payload);
      else if (outcome.type === 'answered')
        this.#send({ type: 'answer', call, streamed: false }, outcome.payload);
      else this.#sendStream(call, stream);
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
    }
  }

  #sendStream(call: number, stream: GatheredStream): void {
    const payload = stream.bytes();
    if (payload !== undefined) return this.#send({ type: 'answer', call, streamed: true }, payload);
    const { errorType, payload: error } = oversizeFailure();
    this.#send({ type: 'failed', call, errorType }, error);
  }

  abandon(call: number): void {
    this.#calls.get(call)?.abort();
  }
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
