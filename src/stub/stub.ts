import { randomBytes } from 'node:crypto';
import { MessageTooLargeError } from '../protocol/body.ts';
import { ENCODINGS } from '../protocol/compression.ts';
import { DropCounter } from '../protocol/drops.ts';
import type { MessageToSession, Offer } from '../protocol/message.ts';
import { encodeMessage } from '../protocol/message-encoder.ts';
import { PeerKeys } from '../protocol/peer-keys.ts';
import type { Holder } from '../protocol/presence.ts';
import { QUOTA_PROFILES } from '../protocol/quota-profile.ts';
import { newInvocationId } from '../protocol/random.ts';
import { Reassembler } from '../protocol/reassembler.ts';
import { generateKeyPair, type PairKeys } from '../protocol/seal.ts';
import { cannotPass, sendingMs } from '../protocol/sending-time.ts';
import { TIMING, type Timing } from '../protocol/timing.ts';
import { inTopic, outTopic, parseTopic } from '../protocol/topics.ts';
import { MissingWatch } from '../transport/missing-watch.ts';
import type { TransportMessage } from '../transport/transport.ts';
import { BrokerLink } from './broker-link.ts';
import { Copier, type ObserveMessage } from './copier.ts';
import { claimTimeout } from './invocation.ts';
import { eventJson, invocationMeta } from './invocation-meta.ts';
import { laneOf } from './lane.ts';
import { offeredCredentials } from './offered-credentials.ts';
import { OfferedInvocation } from './offered-invocation.ts';
import { PresenceWatch } from './presence-watch.ts';
import type { StubCall } from './stub-call.ts';
import type { StubOptions } from './stub-options.ts';
import { answerOf, DEPLOYED, failure, failureOutcome, type StubOutcome } from './stub-outcome.ts';

type InFlight = {
  readonly invocation: OfferedInvocation;
  readonly keys: PairKeys;
  readonly topic: string;
  /** Of the offer: the same bytes go out again when the session asks. */
  readonly frames: readonly Uint8Array[];
  /** Its end takes back what still waits to leave: a frozen environment would send it when it thaws. */
  readonly end: AbortController;
  numbers: number;
};

/**
 * What runs in AWS in place of the handler: decides for each invocation between the deployed handler and a
 * developer's session, offers it, and waits. One for each execution environment; it is never used up by an error.
 */
export class Stub {
  readonly #options: StubOptions;
  readonly #timing: Timing;
  readonly #drops: DropCounter;
  readonly #keys = new PeerKeys(generateKeyPair(), 'stub', 64);
  // Derived from the key, so that an answer can only go to the environment that asked.
  readonly #stubId = Buffer.from(this.#keys.own.publicKey).toString('base64url');
  readonly #outTopic: string;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #reassembler: Reassembler<'stub'>;
  readonly #missing: MissingWatch;
  readonly #link: BrokerLink;
  readonly #copier: Copier;
  #offers = 0;

  constructor(options: StubOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#drops = new DropCounter(options.onDrop);
    this.#outTopic = outTopic(options.arn, this.#stubId);
    this.#reassembler = new Reassembler({
      receiver: 'stub',
      // Keys are those of the invocations in flight: what has none comes too late.
      unknownKey: 'invocation-ended',
      keyOf: ({ id }) => this.#inFlight.get(id)?.keys.receive,
      drops: this.#drops,
    });
    this.#missing = new MissingWatch({
      reassembler: this.#reassembler,
      afterMs: this.#timing.missingAfterMs,
      onMissing: ({ id, meta }) => this.#send(id, { kind: 'missing', id, meta, payload: NOTHING }),
    });
    this.#link = new BrokerLink({
      connect: options.connect,
      clientId: () => `llx-stub-${randomBytes(12).toString('base64url')}`,
      topics: [this.#outTopic],
      timing: this.#timing,
      drops: this.#drops,
      watch: (transport) =>
        new PresenceWatch({
          transport,
          arn: options.arn,
          timing: this.#timing,
          drops: this.#drops,
          readRetained: options.readRetained,
          onSession: (sessionId, online) => this.#holderChanged(sessionId, online),
        }),
      onMessage: (message) => this.#receive(message),
      onReconnected: () => {
        for (const { invocation } of this.#inFlight.values()) invocation.dispatch({ type: 'reconnected' });
      },
      onNotice: options.onNotice ?? (() => undefined),
    });
    this.#copier = new Copier({
      sample: options.observeSample,
      random: options.random,
      drops: this.#drops,
      holder: (lane) => this.#heldNow(lane),
      send: (holder, message) => this.#copy(holder, message),
    });
  }

  /** Connects and learns who holds the default lane: for Lambda's init phase. Bounded; never rejects. */
  async prepare(): Promise<void> {
    await this.#link.prepare();
  }

  async invoke(call: StubCall): Promise<StubOutcome> {
    const startedWithMs = call.context.getRemainingTimeInMillis();
    const lane = laneOf(call.event, call.context.clientContext);
    if (lane === undefined) return DEPLOYED;
    if (this.#options.mode === 'observe') {
      // Who watches is found out beside the deployed handler, which waits for nothing.
      if (this.#link.holder(lane) === 'unknown') void this.#find(lane);
      return this.#copier.observing(call, lane, false);
    }
    const holder = this.#heldNow(lane) ?? (await this.#find(lane));
    if (holder === undefined) return DEPLOYED;
    if (holder.mode === 'observe') return this.#copier.observing(call, lane, true);
    const keys = this.#keys.of(holder.publicKey);
    if (keys === undefined) return DEPLOYED;
    // Lambda has given up already: what would be offered now could only run for nobody.
    if (call.signal?.aborted === true || call.context.getRemainingTimeInMillis() <= 0) {
      return failureOutcome({ type: 'timed-out' }, call.context.awsRequestId, startedWithMs);
    }
    return await this.#offer(call, { lane, holder, keys, startedWithMs });
  }

  async close(): Promise<void> {
    for (const { invocation } of this.#inFlight.values()) invocation.abandon();
    this.#missing.close();
    await this.#link.close();
  }

  #heldNow(lane: string): Holder | undefined {
    const known = this.#link.holder(lane);
    return known === 'unknown' ? undefined : known;
  }

  async #find(lane: string): Promise<Holder | undefined> {
    // Who came while this environment was frozen is said in bytes that wait in the socket: they are read first.
    await new Promise((resolve) => setImmediate(resolve));
    const known = this.#link.holder(lane);
    return known === 'unknown' ? await this.#link.findHolder(lane) : known;
  }

  async #offer(
    call: StubCall,
    {
      lane,
      holder,
      keys,
      startedWithMs,
    }: { lane: string; holder: Holder; keys: PairKeys; startedWithMs: number },
  ): Promise<StubOutcome> {
    const id = newInvocationId();
    const remainingMs = Math.max(1, Math.floor(call.context.getRemainingTimeInMillis()));
    const credentials =
      holder.credentials === 'forward' ? offeredCredentials(this.#options.credentials?.()) : undefined;
    const message: Offer = {
      kind: 'offer',
      id,
      meta: {
        ...invocationMeta(call, lane),
        remainingMs,
        claimTimeoutMs: claimTimeout(remainingMs, this.#timing),
        encodings: ENCODINGS,
        ...(call.streaming === undefined ? {} : { streaming: call.streaming }),
        ...(credentials === undefined ? {} : { credentials }),
      },
      payload: eventJson(call),
    };
    const frames = this.#encodeOffer(message, keys, holder);
    if (typeof frames === 'string') return failure('Llx.PayloadTooLarge', call.context.awsRequestId, frames);
    const topic = inTopic(this.#options.arn, holder.sessionId);
    const end = new AbortController();
    const invocation = new OfferedInvocation({
      id,
      sessionId: holder.sessionId,
      remainingMs,
      sendingMs: sendingMs(frames, this.#options.quotas ?? QUOTA_PROFILES.none),
      timing: this.#timing,
      drops: this.#drops,
      send: (kind) => {
        if (kind === 'offer') this.#link.publish(topic, frames, end.signal);
        else this.#send(id, { kind, id, meta: {}, payload: NOTHING });
      },
      sendMissing: (number) =>
        this.#send(id, {
          kind: 'missing',
          id,
          meta: { kind: 'chunk', number, sequences: [] },
          payload: NOTHING,
        }),
      sendCredit: (bytes) => this.#send(id, { kind: 'credit', id, meta: { bytes }, payload: NOTHING }),
      onChunk: call.onChunk,
    });
    this.#inFlight.set(id, { invocation, keys, topic, frames, end, numbers: 0 });
    const abandon = (): void => invocation.abandon();
    call.signal?.addEventListener('abort', abandon, { once: true });
    try {
      invocation.start();
      const outcome = await invocation.outcome;
      return outcome.type === 'answered'
        ? answerOf(outcome.message, call.print)
        : failureOutcome(outcome, call.context.awsRequestId, startedWithMs);
    } finally {
      call.signal?.removeEventListener('abort', abandon);
      this.#inFlight.delete(id);
      end.abort();
      this.#reassembler.forget(id);
    }
  }

  /** True when it was in the socket within the bound. */
  async #copy(holder: Holder, message: ObserveMessage): Promise<boolean> {
    const keys = this.#keys.of(holder.publicKey);
    if (keys === undefined) return false;
    const frames = this.#encode(message, keys, holder.encodings, this.#offers++);
    const topic = inTopic(this.#options.arn, holder.sessionId);
    return await this.#link.publishWithin(topic, frames, this.#timing.observeMs);
  }

  #receive(message: TransportMessage): void {
    if (message.topic !== this.#outTopic) {
      this.#drops.drop(
        'topic-foreign',
        parseTopic(message.topic)?.type ?? 'a topic that is not of this protocol',
      );
      return;
    }
    const reception = this.#reassembler.accept(message.payload, this.#options.arn);
    if (reception.status === 'incomplete') {
      this.#inFlight.get(reception.id)?.invocation.dispatch({ type: 'piece' });
      return this.#missing.arm();
    }
    if (reception.status !== 'complete') return;
    const { message: received, number } = reception;
    const inFlight = this.#inFlight.get(received.id);
    if (inFlight === undefined) {
      this.#drops.drop('invocation-ended', `${received.kind} of ${received.id}`);
      return;
    }
    if (received.kind === 'missing') {
      const wanted = received.meta.sequences.flatMap((sequence) => inFlight.frames[sequence] ?? []);
      this.#link.publish(inFlight.topic, wanted, inFlight.end.signal);
    }
    inFlight.invocation.receive(received, number);
  }

  /** A message of an invocation in flight, to the session that has it. */
  #send(id: string, message: MessageToSession): void {
    const inFlight = this.#inFlight.get(id);
    if (inFlight === undefined) return;
    // The session's encodings matter for large messages only; these have no payload.
    const frames = this.#encode(message, inFlight.keys, [], inFlight.numbers++);
    const isLast = message.kind === 'withdraw' || message.kind === 'cancel';
    this.#link.publish(inFlight.topic, frames, isLast ? undefined : inFlight.end.signal);
  }

  /** A text says why it cannot be sent. */
  #encodeOffer(offer: Offer, keys: PairKeys, holder: Holder): readonly Buffer[] | string {
    const what = `an event of ${offer.payload.byteLength} bytes`;
    try {
      const frames = this.#encode(offer, keys, holder.encodings, this.#offers++);
      const leftMs = offer.meta.remainingMs - this.#timing.deadlineMarginMs;
      return cannotPass(what, frames, leftMs, this.#options.quotas ?? QUOTA_PROFILES.none) ?? frames;
    } catch (error) {
      if (error instanceof MessageTooLargeError) return `${what}: ${error.message}`;
      throw error;
    }
  }

  #encode(
    message: MessageToSession,
    keys: PairKeys,
    encodings: Holder['encodings'],
    number: number,
  ): readonly Buffer[] {
    return encodeMessage(message, {
      key: keys.send,
      functionArn: this.#options.arn,
      publicKey: this.#keys.own.publicKey,
      encodings,
      number,
    });
  }

  #holderChanged(sessionId: string, online: boolean): void {
    for (const { invocation } of this.#inFlight.values()) {
      if (invocation.sessionId === sessionId) invocation.dispatch({ type: 'holder', online });
    }
  }
}

const NOTHING = new Uint8Array();
