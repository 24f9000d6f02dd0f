import type { DropCounter } from '../protocol/drops.ts';
import type { MessageToSession, MessageToStub, Offer } from '../protocol/message.ts';
import { encodeMessage } from '../protocol/message-encoder.ts';
import type { PeerKeys } from '../protocol/peer-keys.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../protocol/quota-profile.ts';
import { type MissingFrames, Reassembler } from '../protocol/reassembler.ts';
import { ReplayWindow } from '../protocol/replay-window.ts';
import type { Timing } from '../protocol/timing.ts';
import { outTopic, unqualifiedArn } from '../protocol/topics.ts';
import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import type { AwsCredentials } from '../signature/credentials.ts';
import { MissingWatch } from '../transport/missing-watch.ts';
import type { TransportMessage } from '../transport/transport.ts';
import { KeptAnswers } from './kept-answers.ts';
import { observedEvent } from './observed-event.ts';
import { offeredEvent } from './offered-event.ts';
import { receivedCredentials } from './received-credentials.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { RunningInvocation } from './running-invocation.ts';
import { StaleOffers } from './stale-offers.ts';
import type { SessionStore } from './store.ts';
import { SuspendWatch } from './suspend-watch.ts';

export type DispatcherOptions = {
  readonly runtime: Runtime;
  readonly keys: PeerKeys;
  readonly store: SessionStore;
  readonly drops: DropCounter;
  readonly timing: Timing;
  /** @default none */
  readonly quotas?: QuotaProfile | undefined;
  /** `observe`: nothing runs here; copies of what the deployed handlers ran are shown. @default 'serve' */
  readonly mode?: 'serve' | 'observe' | undefined;
  /** Takes the credentials that came with an offer, before its handler runs. */
  readonly onCredentials?: OnCredentials | undefined;
  readonly publish: (topic: string, frames: readonly Uint8Array[], signal?: AbortSignal) => void;
};

/** Credentials of a function's role, sent along by its stub. */
export type OnCredentials = (functionArn: string, credentials: AwsCredentials) => void;

type Encodings = Offer['meta']['encodings'];
type ObserveMessage = Extract<MessageToSession, { kind: 'observe' }>;
type Route = { readonly spec: FunctionSpec; serving: boolean };
type Sender = { readonly spec: FunctionSpec; readonly publicKey: Uint8Array };
type Refused = { readonly sender: Sender; readonly encodings: Encodings; readonly refusal: Refusal };
type Stale = Sender & { readonly route: Route; readonly offer: Offer; readonly number: number };

const NOTHING = new Uint8Array();
/** Offers that were given up, or refused. */
const REMEMBERED = 4096;

/** Takes frames off the functions' topics, makes invocations of offers, and routes every other message to its own. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #routes = new Map<string, Route>();
  readonly #invocations = new Map<string, RunningInvocation>();
  readonly #stale = new StaleOffers<Stale>();
  readonly #replay = new ReplayWindow();
  readonly #suspend = new SuspendWatch();
  readonly #kept = new KeptAnswers({
    onForget: (id, why) => {
      this.#invocations.delete(id);
      if (why === 'full') this.#options.drops.drop('store-full', `the answer of ${id}, before its deadline`);
    },
  });
  /** Invocations that were given up before their offers were complete: those must not run when they are. */
  readonly #givenUp = new Set<string>();
  /** A stub that did not hear its refusal offers again. */
  readonly #refused = new Map<string, Refused>();
  readonly #reassembler: Reassembler<'session'>;
  readonly #missing: MissingWatch;
  #missingCount = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#reassembler = new Reassembler({
      receiver: 'session',
      keyOf: ({ publicKey }) => (publicKey === undefined ? undefined : options.keys.of(publicKey)?.receive),
      drops: options.drops,
    });
    this.#missing = new MissingWatch({
      reassembler: this.#reassembler,
      afterMs: options.timing.missingAfterMs,
      onMissing: (missing) => this.#askFor(missing),
    });
  }

  serve(topic: string, spec: FunctionSpec): void {
    this.#routes.set(topic, { spec, serving: true });
  }

  /** Offers that still come are refused: the deployed handler runs. */
  leave(topic: string): void {
    const route = this.#routes.get(topic);
    if (route !== undefined) route.serving = false;
  }

  /** Every function, before the session says goodbye: what comes meanwhile is refused, not started and then killed. */
  leaveAll(): void {
    for (const route of this.#routes.values()) route.serving = false;
  }

  /** True when the message was on a function's topic. */
  receive({ topic, payload }: TransportMessage): boolean {
    const route = this.#routes.get(topic);
    if (route === undefined) return false;
    const reception = this.#reassembler.accept(payload, route.spec.arn);
    switch (reception.status) {
      case 'complete':
        if (reception.publicKey === undefined) return true;
        this.#route(
          route,
          { spec: route.spec, publicKey: reception.publicKey },
          reception.message,
          reception.number,
        );
        return true;
      case 'incomplete':
        this.#missing.arm();
        return true;
      case 'duplicate':
        if (reception.frame.kind === 'offer' && reception.frame.sequence === 0)
          this.#offeredAgain(reception.frame.id);
        return true;
      case 'dropped':
        return true;
      default: {
        const exhaustive: never = reception;
        return exhaustive;
      }
    }
  }

  /** Ends everything that runs with `Llx.Cancelled`. */
  cancelAll(): void {
    for (const invocation of this.#invocations.values()) invocation.dispatch({ type: 'quit' });
  }

  close(): void {
    this.cancelAll();
    this.#suspend.close();
    this.#stale.close();
    this.#missing.close();
    this.#kept.close();
    for (const invocation of this.#invocations.values()) invocation.discard();
    this.#invocations.clear();
  }

  #route(route: Route, sender: Sender, message: MessageToSession, number: number): void {
    if (message.kind === 'offer') return this.#offered(route, sender, message, number);
    if (message.kind === 'observe') return this.#observed(sender, message, number);
    const invocation = this.#invocations.get(message.id);
    if (invocation !== undefined) return invocation.receive(message);
    if (message.kind === 'withdraw' || message.kind === 'cancel') return this.#gaveUp(message.id);
    if (message.kind === 'query') {
      this.#send(sender, [], { kind: 'unknown', id: message.id, meta: {}, payload: NOTHING }, number);
    } else {
      this.#options.drops.drop('invocation-unknown', `${message.kind} of ${message.id}`);
    }
  }

  #gaveUp(id: string): void {
    this.#stale.delete(id);
    this.#reassembler.forget(id);
    this.#givenUp.add(id);
    bound(this.#givenUp);
  }

  #offered(route: Route, sender: Sender, offer: Offer, number: number): void {
    const { drops } = this.#options;
    if (unqualifiedArn(offer.meta.invokedFunctionArn) !== sender.spec.arn) {
      return drops.drop('topic-foreign', `an offer of ${offer.meta.invokedFunctionArn}`);
    }
    if (this.#givenUp.has(offer.id)) {
      return drops.drop('invocation-ended', `offer ${offer.id}, which was withdrawn before it was complete`);
    }
    const known = this.#invocations.get(offer.id);
    if (known !== undefined) return known.offeredAgain();
    if (this.#mayBeStale(offer)) {
      this.#stale.keep({ ...sender, route, offer, number });
      return drops.drop('offer-stale', `offer ${offer.id} of ${sender.spec.name}`);
    }
    this.#accept(route.serving, sender, offer, number);
  }

  #observed(sender: Sender, message: ObserveMessage, number: number): void {
    const { store, drops } = this.#options;
    const { id, meta } = message;
    if (unqualifiedArn(meta.invokedFunctionArn) !== sender.spec.arn)
      return drops.drop('topic-foreign', `a copy of ${meta.invokedFunctionArn}`);
    if (!this.#replay.accept(sender.publicKey, number))
      return drops.drop('message-replayed', `copy ${number} of ${sender.spec.name}`);
    const event = observedEvent(message, sender.spec, Date.now());
    if (event === undefined) return drops.drop('body-malformed', `copy ${id} of ${sender.spec.name}`);
    store.dispatch(event);
  }

  #offeredAgain(id: string): void {
    const stale = this.#stale.get(id);
    const refused = this.#refused.get(id);
    if (refused !== undefined) return this.#refuse(id, refused);
    if (stale === undefined) return this.#invocations.get(id)?.offeredAgain();
    // Sent again, but perhaps long ago as well.
    if (this.#mayBeStale(stale.offer)) return;
    this.#stale.delete(id);
    this.#accept(stale.route.serving, stale, stale.offer, stale.number);
  }

  /**
   * The stub may have given up while this process stood still. If it has not, it offers again within a second; half
   * of the claim timeout leaves the claim time to arrive.
   */
  #mayBeStale({ meta }: Offer): boolean {
    return this.#suspend.waitedMs() >= meta.claimTimeoutMs / 2;
  }

  #accept(serving: boolean, sender: Sender, offer: Offer, number: number): void {
    const { store, runtime, timing, drops, mode, quotas = QUOTA_PROFILES.none } = this.#options;
    const { id } = offer;
    // From here on nothing that is shown, kept or handed on holds them.
    const { credentials, ...meta } = offer.meta;
    if (!this.#replay.accept(sender.publicKey, number)) {
      return drops.drop('message-replayed', `offer ${number} of ${sender.spec.name}`);
    }
    const refusal = refusalOf(serving, sender.spec, mode);
    store.dispatch(offeredEvent(offer, sender.spec.name, Date.now()));
    if (refusal !== undefined) {
      store.dispatch({ type: 'stopped', id, at: Date.now(), phase: 'refused', reason: refusal.message });
      const refused = { sender, encodings: meta.encodings, refusal };
      this.#refused.set(id, refused);
      bound(this.#refused);
      return this.#refuse(id, refused);
    }
    if (credentials !== undefined)
      this.#options.onCredentials?.(sender.spec.arn, receivedCredentials(credentials));
    const invocation = new RunningInvocation({
      offer: { ...offer, meta },
      spec: sender.spec,
      runtime,
      timing,
      drops,
      now: Date.now,
      dispatch: (event) => store.dispatch(event),
      quotas,
      encode: (message, messageNumber) => this.#encode(sender, meta.encodings, message, messageNumber),
      publish: (frames, signal) => this.#options.publish(this.#outTopic(sender), frames, signal),
      onKept: (kept, keepMs, bytes) => this.#kept.add(id, kept, keepMs, bytes),
    });
    this.#invocations.set(id, invocation);
    invocation.start();
  }

  #refuse(id: string, { sender, encodings, refusal }: Refused): void {
    this.#send(sender, encodings, { kind: 'refuse', id, meta: refusal, payload: NOTHING }, 0);
  }

  #askFor({ id, functionArn, publicKey, meta }: MissingFrames): void {
    const route = [...this.#routes.values()].find(({ spec }) => spec.arn === functionArn);
    // Frames are taken from routes only, and only with the key of their sender.
    if (route === undefined || publicKey === undefined) return;
    this.#send(
      { spec: route.spec, publicKey },
      [],
      { kind: 'missing', id, meta, payload: NOTHING },
      this.#missingCount++,
    );
  }

  #send(sender: Sender, encodings: Encodings, message: MessageToStub, number: number): void {
    this.#options.publish(this.#outTopic(sender), this.#encode(sender, encodings, message, number));
  }

  #encode(
    sender: Sender,
    encodings: Encodings,
    message: MessageToStub,
    number: number,
  ): readonly Uint8Array[] {
    const keys = this.#options.keys.of(sender.publicKey);
    if (keys === undefined) return [];
    return encodeMessage(message, { key: keys.send, functionArn: sender.spec.arn, encodings, number });
  }

  #outTopic({ spec, publicKey }: Sender): string {
    return outTopic(spec.arn, Buffer.from(publicKey).toString('base64url'));
  }
}

function bound(ids: Set<string> | Map<string, unknown>): void {
  const [oldest] = ids.keys();
  if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest);
}
