import { type Broker, startBroker } from '../../src/emulator/broker/broker.ts';
import { DropCounter, type DropListener } from '../../src/protocol/drops.ts';
import type { QuotaProfile } from '../../src/protocol/quota-profile.ts';
import type {
  FunctionSpec,
  InvocationRequest,
  InvocationResult,
  Runtime,
} from '../../src/runtime/invocation.ts';
import { Session } from '../../src/session/session.ts';
import { createSessionStore } from '../../src/session/store.ts';
import { Stub } from '../../src/stub/stub.ts';
import type { StubOutcome } from '../../src/stub/stub-outcome.ts';
import { connectPacket } from '../../src/transport/mqtt/packet-transport.ts';
import type { Pacing } from '../../src/transport/publish-queue.ts';
import { connectSharded } from '../../src/transport/sharded-transport.ts';

type Drop = Parameters<DropListener>[0];

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

/** Answers bytes with bytes; what it gives to `onChunk` is streamed. */
export type ByteHandler = (request: InvocationRequest) => Promise<Uint8Array | undefined>;

export type QuotaTunnelOptions = {
  /** How many execution environments there are. @default 1 */
  readonly stubs?: number;
};

/** A session and stubs over sockets, with the broker held to quotas between them, as IoT Core is. */
export class QuotaTunnel {
  readonly broker: Broker;
  /** Of all of them together. */
  readonly drops: Drop[];
  readonly pacing: Pacing[] = [];
  readonly #stubs: readonly Stub[];
  readonly #session: Session;

  static async start(
    profile: QuotaProfile,
    handler: ByteHandler,
    { stubs = 1 }: QuotaTunnelOptions = {},
  ): Promise<QuotaTunnel> {
    const drops: Drop[] = [];
    const broker = await startBroker({
      host: '127.0.0.1',
      port: 0,
      drops: new DropCounter((drop) => drops.push(drop)),
      quotas: profile,
    });
    const tunnel = new QuotaTunnel({ broker, profile, handler, drops, stubs });
    await tunnel.#session.start();
    await Promise.all(tunnel.#stubs.map((stub) => stub.prepare()));
    return tunnel;
  }

  constructor(parts: {
    readonly broker: Broker;
    readonly profile: QuotaProfile;
    readonly handler: ByteHandler;
    readonly drops: Drop[];
    readonly stubs: number;
  }) {
    const { broker, profile, handler, drops } = parts;
    const { url } = broker;
    this.broker = broker;
    this.drops = drops;
    this.#stubs = Array.from(
      { length: parts.stubs },
      () =>
        new Stub({
          arn: ARN,
          connect: (options) => connectSharded((one) => connectPacket({ ...one, url }), options, { profile }),
          onDrop: (drop) => drops.push(drop),
          quotas: profile,
        }),
    );
    this.#session = new Session({
      connect: (options) =>
        connectSharded((one) => connectPacket({ ...one, url }), options, {
          profile,
          onPacing: (pacing) => this.pacing.push(pacing),
        }),
      runtime: runtimeOf(handler),
      functions: [SPEC],
      lane: 'default',
      takeover: false,
      store: createSessionStore(),
      drops: new DropCounter((drop) => drops.push(drop)),
      readRetained: (topic) => broker.retained(topic),
    });
  }

  invoke(
    eventJson: Uint8Array,
    {
      stub = 0,
      onChunk,
      signal,
    }: {
      readonly stub?: number;
      readonly onChunk?: (chunk: Uint8Array) => Promise<void>;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<StubOutcome> {
    const environment = this.#stubs[stub];
    if (environment === undefined) throw new RangeError(`expected a stub number, got ${stub}`);
    const deadline = performance.now() + SPEC.timeoutMs;
    return environment.invoke({
      event: {},
      eventJson,
      context: {
        awsRequestId: crypto.randomUUID(),
        invokedFunctionArn: ARN,
        functionName: 'orders',
        functionVersion: '$LATEST',
        memoryLimitInMB: '128',
        logGroupName: '/aws/lambda/orders',
        logStreamName: 'stream',
        clientContext: undefined,
        identity: undefined,
        traceId: undefined,
        getRemainingTimeInMillis: () => deadline - performance.now(),
      },
      print: () => undefined,
      ...(onChunk === undefined ? {} : { onChunk, streaming: true }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async close(): Promise<void> {
    await this.#session.close();
    await Promise.all(this.#stubs.map((stub) => stub.close()));
    await this.broker.close();
  }
}

const SPEC: FunctionSpec = {
  name: 'orders',
  arn: ARN,
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 60_000,
  memoryMb: 128,
  environment: {},
  root: '/',
  code: 'package',
};

function runtimeOf(handler: ByteHandler): Runtime {
  return {
    boot: () => undefined,
    prepare: async () => undefined,
    onBuild: () => () => undefined,
    close: async () => undefined,
    async invoke(_spec, request): Promise<InvocationResult> {
      const payload = await handler(request);
      const facts = { durationMs: 1, coldStart: false, status: 'succeeded' } as const;
      return payload === undefined
        ? { ...facts, payload: new Uint8Array(), streamed: true }
        : { ...facts, payload, streamed: false };
    },
  };
}
