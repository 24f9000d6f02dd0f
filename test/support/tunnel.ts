import { DropCounter } from '../../src/protocol/drops.ts';
import { TIMING, type Timing } from '../../src/protocol/timing.ts';
import type {
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
  Runtime,
} from '../../src/runtime/invocation.ts';
import type { SessionEvent } from '../../src/session/event.ts';
import { Session, type SessionOptions } from '../../src/session/session.ts';
import { createSessionStore } from '../../src/session/store.ts';
import { Stub } from '../../src/stub/stub.ts';
import type { StubOptions } from '../../src/stub/stub-options.ts';
import type { StubOutcome } from '../../src/stub/stub-outcome.ts';
import { MemoryBroker, type MemoryBrokerOptions } from '../../src/transport/memory.ts';
import type { ReadRetained } from '../../src/transport/read-retained.ts';
import type { ConnectOptions, Transport } from '../../src/transport/transport.ts';

export const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

/** A tenth of the real waits, so that tests of faults take tenths of seconds. */
export const QUICK: Timing = {
  ...TIMING,
  presenceMs: 50,
  connectMs: 500,
  reconnectMs: 20,
  claimTimeoutMs: 400,
  offerAgainMs: 40,
  offlineConfirmMs: 30,
  beatIntervalMs: 60,
  missingAfterMs: 20,
  deadlineMarginMs: 20,
};

type Handler = (event: unknown, request: InvocationRequest) => Promise<unknown>;

/** Runs functions in this process: what a handler returns is the answer, what it throws the error. */
function runtimeOf(handler: Handler): Runtime {
  return {
    boot: () => undefined,
    prepare: async () => undefined,
    onBuild: () => () => undefined,
    close: async () => undefined,
    async invoke(_spec, request): Promise<InvocationResult> {
      const facts = { durationMs: 1, coldStart: false };
      const aborted = new Promise<InvocationResult>((resolve) => {
        const result = {
          ...facts,
          status: 'failed',
          failure: 'aborted',
          errorType: 'Aborted',
          payload: bytes({}),
        } as const;
        request.signal?.addEventListener('abort', () => resolve(result), { once: true });
      });
      const run = handler(JSON.parse(new TextDecoder().decode(request.event)), request).then(
        (answer): InvocationResult => ({
          ...facts,
          status: 'succeeded',
          payload: bytes(answer ?? null),
          streamed: false,
        }),
        (error: Error): InvocationResult => ({
          ...facts,
          status: 'failed',
          failure: 'handler',
          errorType: error.name,
          payload: bytes({ errorType: error.name, errorMessage: error.message, trace: [] }),
        }),
      );
      return await Promise.race([run, aborted]);
    },
  };
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function arnOf(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

function specOf(name: string): FunctionSpec {
  return {
    name,
    arn: arnOf(name),
    handler: `${name}.handler`,
    runtime: 'nodejs24.x',
    timeoutMs: 5_000,
    memoryMb: 128,
    environment: {},
    root: '/',
    code: 'package',
  };
}

export type TestSessionOptions = Pick<SessionOptions, 'mode' | 'onCredentials' | 'quotas'> & {
  readonly lane?: string;
  readonly takeover?: boolean;
  /** @default orders */
  readonly functions?: readonly string[];
  /** @default the broker in memory */
  readonly connect?: SessionOptions['connect'];
};

export type TestSession = {
  readonly session: Session;
  readonly events: SessionEvent[];
  readonly drops: DropCounter;
};

export type Network = {
  readonly connect: (options: ConnectOptions) => Promise<Transport>;
  readonly retained: (topic: string) => Promise<Uint8Array | undefined>;
};

export type TunnelOptions = MemoryBrokerOptions & {
  readonly timing?: Partial<Timing>;
  /** Between stubs and sessions. @default the broker in memory */
  readonly network?: Network;
  /** What the functions' stubs are configured with. */
  readonly stub?: Omit<StubOptions, 'arn' | 'connect' | 'timing' | 'onDrop'>;
};

/** A broker in memory with a stub and sessions around it. */
export class Tunnel {
  readonly broker: MemoryBroker;
  readonly stub: Stub;
  readonly stubDrops = new DropCounter();
  readonly printed: string[] = [];
  readonly #options: TunnelOptions;
  readonly #timing: Timing;
  readonly #sessions: TestSession[] = [];
  readonly #stubs = new Map<string, Stub>();
  readonly #connect: Network['connect'];
  readonly #readRetained: ReadRetained | undefined;

  constructor(options: TunnelOptions = {}) {
    this.#options = options;
    this.#timing = { ...QUICK, ...options.timing };
    this.broker = new MemoryBroker(options);
    const { network } = options;
    const connect = network?.connect ?? ((connecting) => this.broker.connect(connecting));
    this.#connect = (connecting) => connect({ ...connecting, backoffMs: () => 5 });
    this.#readRetained = network && ((topic) => network.retained(topic));
    this.stub = this.#stubOf('orders');
  }

  #stubOf(name: string): Stub {
    let stub = this.#stubs.get(name);
    if (stub === undefined) {
      stub = new Stub({
        ...this.#options.stub,
        arn: arnOf(name),
        connect: this.#connect,
        ...(this.#readRetained === undefined ? {} : { readRetained: this.#readRetained }),
        timing: this.#timing,
        onDrop: ({ reason, detail }) => this.stubDrops.drop(reason, detail),
      });
      this.#stubs.set(name, stub);
    }
    return stub;
  }

  async startSession(handler: Handler, options: TestSessionOptions = {}): Promise<TestSession> {
    const store = createSessionStore();
    const events: SessionEvent[] = [];
    store.onEvent((event) => events.push(event));
    const drops = new DropCounter();
    const { functions = ['orders'], lane = 'default', takeover = false, ...others } = options;
    const session = new Session({
      connect: this.#connect,
      ...others,
      runtime: runtimeOf(handler),
      functions: functions.map(specOf),
      lane,
      takeover,
      store,
      drops,
      readRetained: this.#readRetained ?? (async (topic) => this.broker.retained(topic)),
      timing: this.#timing,
    });
    const started: TestSession = { session, events, drops };
    this.#sessions.push(started);
    await session.start();
    return started;
  }

  invoke(
    event: unknown,
    options: {
      readonly remainingMs?: number;
      readonly signal?: AbortSignal;
      readonly onChunk?: (chunk: Uint8Array) => Promise<void>;
      /** @default orders */
      readonly functionName?: string;
      readonly clientContext?: unknown;
    } = {},
  ): Promise<StubOutcome> {
    const { functionName = 'orders' } = options;
    const deadline = performance.now() + (options.remainingMs ?? 5_000);
    return this.#stubOf(functionName).invoke({
      event,
      context: {
        awsRequestId: crypto.randomUUID(),
        invokedFunctionArn: arnOf(functionName),
        functionName,
        functionVersion: '$LATEST',
        memoryLimitInMB: '128',
        logGroupName: '/aws/lambda/orders',
        logStreamName: 'stream',
        clientContext: options.clientContext,
        identity: undefined,
        traceId: undefined,
        getRemainingTimeInMillis: () => deadline - performance.now(),
      },
      print: (line) => this.printed.push(line),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.onChunk === undefined ? {} : { onChunk: options.onChunk }),
    });
  }

  /** The client id of the session's (or stub's) connection. */
  clientOf(kind: 'session' | 'stub'): string {
    return this.broker.clientIds.find((id) => id.startsWith(`llx-${kind}-`)) ?? '';
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map(({ session }) => session.close()));
    await Promise.all([...this.#stubs.values()].map((stub) => stub.close()));
  }
}

/** An outcome with its payload read. */
export function read(outcome: StubOutcome): unknown {
  if (outcome.type === 'deployed' || outcome.type === 'streamed') return outcome.type;
  const value: unknown = JSON.parse(new TextDecoder().decode(outcome.payload));
  return outcome.type === 'answered' ? value : { failed: outcome.errorType, ...(value as object) };
}
