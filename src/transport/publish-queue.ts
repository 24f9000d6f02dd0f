import type { QuotaProfile } from '../protocol/quota-profile.ts';
import { Outlet } from './outlet.ts';
import type { Size } from './publish-budget.ts';
import { type PublishOptions, type Transport, TransportError } from './transport.ts';

/** Publishes that are held back: how many, and about how long until the last of them leaves. Both 0: no more. */
export type Pacing = { readonly waiting: number; readonly delayMs: number };

export type PublishQueueOptions = {
  readonly profile: QuotaProfile;
  /** Told when publishes begin to wait noticeably, at most each second while they do, and when that ends. */
  readonly onPacing?: ((pacing: Pacing) => void) | undefined;
  /** Told with each publish that has to wait. */
  readonly onDelay?: ((delayMs: number) => void) | undefined;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined;
};

type Waiting = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly options: PublishOptions | undefined;
  readonly sent: Promise<void>;
  readonly resolve: (sent: Promise<void>) => void;
  readonly reject: (reason: unknown) => void;
  readonly takeBack: () => void;
};

type Next = { readonly waiting: Waiting; readonly outlet: Outlet };

/** Offers, claims, beats and results of everyday size are below it; pieces of large bodies are above. */
const SMALL_BYTES = 8 * 1024;

/** So many small ones may overtake a large one in a row. */
const OVERTAKE = 16;

/** A shorter wait is nothing to tell anybody about. */
const NOTICEABLE_MS = 500;
const TELL_AGAIN_MS = 1_000;

/**
 * Publishes wait here until a connection has room for them within its quotas. Small ones overtake large ones: a beat
 * must not wait behind megabytes. Nothing is dropped but what its publisher takes back; what still waits when the first
 * connection ends is rejected, as a publish without a connection is.
 */
export class PublishQueue {
  readonly #options: PublishQueueOptions;
  readonly #now: () => number;
  readonly #outlets: Outlet[] = [];
  readonly #queues: Readonly<Record<Size, Waiting[]>> = { small: [], large: [] };
  /** Frames that are asked for again are the same bytes: what still waits is not queued twice. */
  readonly #byPayload = new Map<Uint8Array, Waiting>();
  #waitingBytes = 0;
  #overtaken = 0;
  #timer: NodeJS.Timeout | undefined;
  #told = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: PublishQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The first one carries what is retained or acknowledged, and what waits fails with it. */
  add(transport: Transport): Outlet {
    const first = this.#outlets.length === 0;
    const outlet = new Outlet({
      transport,
      profile: this.#options.profile,
      now: this.#now,
      onState: (status) => {
        if (first && status !== 'connected') this.#rejectAll(status === 'closed');
        this.#flush();
      },
    });
    this.#outlets.push(outlet);
    this.#flush();
    return outlet;
  }

  remove(outlet: Outlet): void {
    outlet.remove();
    const index = this.#outlets.indexOf(outlet);
    if (index >= 0) this.#outlets.splice(index, 1);
  }

  /** As `Transport.publish`. The very bytes of a large publish that still waits are sent once. */
  publish(topic: string, payload: Uint8Array, options?: PublishOptions): Promise<void> {
    const [control] = this.#outlets;
    if (control === undefined) return Promise.reject(ended(true));
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
    // It says best why it cannot.
    if (!control.connected) return control.transport.publish(topic, payload, options);
    const size = sizeOf(payload);
    const now = this.#now();
    // Never past an equal: the order of each size is kept.
    const queue = this.#queues[size];
    if (isPinned(options) ? queue.length === 0 : queue.every((waiting) => isPinned(waiting.options))) {
      const outlet = this.#outletFor(size, options, now);
      if (outlet !== undefined) return this.#send(outlet, topic, payload, options);
    }
    const before = this.#byPayload.get(payload);
    if (before?.topic === topic) return before.sent;
    return this.#wait(size, { topic, payload, options }, now);
  }

  get waiting(): number {
    return this.#queues.small.length + this.#queues.large.length;
  }

  /** About how long until all that waits has left. */
  get delayMs(): number {
    const { bytesPerSecond, publishesPerSecond } = this.#options.profile;
    const connected = this.#outlets.filter((outlet) => outlet.connected);
    const now = this.#now();
    const soonest = Math.min(...connected.map((outlet) => outlet.waitMs('large', now)));
    const seconds = Math.max(this.#waitingBytes / bytesPerSecond, this.waiting / publishesPerSecond);
    return Math.round(
      Math.max(Number.isFinite(soonest) ? soonest : 0, (seconds * 1_000) / Math.max(1, connected.length)),
    );
  }

  #wait(size: Size, publish: Pick<Waiting, 'topic' | 'payload' | 'options'>, now: number): Promise<void> {
    let resolve: Waiting['resolve'] = () => undefined;
    let reject: Waiting['reject'] = () => undefined;
    const sent = new Promise<void>((...settle) => {
      [resolve, reject] = settle;
    });
    const takeBack = (): void => {
      this.#remove(size, waiting);
      reject(publish.options?.signal?.reason);
      this.#tell(this.delayMs);
    };
    const waiting: Waiting = { ...publish, sent, resolve, reject, takeBack };
    publish.options?.signal?.addEventListener('abort', takeBack, { once: true });
    this.#queues[size].push(waiting);
    this.#waitingBytes += publish.payload.byteLength;
    // Each small or retained publish is a word of its own, equal bytes or not.
    if (size === 'large' && !isPinned(publish.options)) this.#byPayload.set(publish.payload, waiting);
    const { delayMs } = this;
    this.#options.onDelay?.(delayMs);
    this.#tell(delayMs);
    if (this.#timer === undefined) this.#schedule(now);
    return sent;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One moment for the whole look: between two, what has just no room would get it, and never a timer.
    const now = this.#now();
    for (let next = this.#next(now); next !== undefined; next = this.#next(now)) {
      const { waiting, outlet } = next;
      waiting.resolve(this.#send(outlet, waiting.topic, waiting.payload, waiting.options));
    }
    if (this.waiting > 0) this.#schedule(now);
    this.#tell(this.delayMs);
  }

  /** Takes what may go now off its queue. */
  #next(now: number): Next | undefined {
    // Whose turn it is goes by the wider bound: else a stream of small ones would keep it waiting for ever.
    return this.#isLargeTurn
      ? this.#take('large', 'small', now)
      : (this.#take('small', 'small', now) ?? this.#take('large', 'large', now));
  }

  get #isLargeTurn(): boolean {
    return this.#overtaken >= OVERTAKE && this.#queues.large.length > 0;
  }

  #take(size: Size, bound: Size, now: number): Next | undefined {
    const queue = this.#queues[size];
    for (const [index, waiting] of queue.entries()) {
      const outlet = this.#outletFor(bound, waiting.options, now);
      if (outlet !== undefined) {
        this.#remove(size, waiting, index);
        this.#overtaken = size === 'small' && this.#queues.large.length > 0 ? this.#overtaken + 1 : 0;
        return { waiting, outlet };
      }
      // What is pinned to a connection without room lets the others pass.
      if (!isPinned(waiting.options)) return undefined;
    }
    return undefined;
  }

  #remove(size: Size, waiting: Waiting, index = this.#queues[size].indexOf(waiting)): void {
    this.#queues[size].splice(index, 1);
    this.#byPayload.delete(waiting.payload);
    this.#waitingBytes -= waiting.payload.byteLength;
    waiting.options?.signal?.removeEventListener('abort', waiting.takeBack);
  }

  /** Small ones take the first connection that has room, large ones the least loaded. */
  #outletFor(size: Size, options: PublishOptions | undefined, now: number): Outlet | undefined {
    if (isPinned(options)) {
      const [control] = this.#outlets;
      return control?.hasRoom(size, options?.qos, now) === true ? control : undefined;
    }
    if (size === 'small') return this.#outlets.find((outlet) => outlet.hasRoom(size, 0, now));
    let least: Outlet | undefined;
    for (const outlet of this.#outlets) {
      if (!outlet.hasRoom(size, 0, now)) continue;
      if (least === undefined || outlet.backlogMs(now) < least.backlogMs(now)) least = outlet;
    }
    return least;
  }

  #send(
    outlet: Outlet,
    topic: string,
    payload: Uint8Array,
    options: PublishOptions | undefined,
  ): Promise<void> {
    return outlet.publish(topic, payload, options, () => {
      if (this.waiting > 0) this.#flush();
    });
  }

  /** Looks again when a connection may have room; an acknowledgement or a new connection may be sooner. */
  #schedule(now: number): void {
    const sizes: Size[] = [];
    if (this.#queues.small.length > 0 || this.#isLargeTurn) sizes.push('small');
    if (this.#queues.large.length > 0) sizes.push('large');
    const waits = this.#outlets
      .filter((outlet) => outlet.connected)
      .flatMap((outlet) => sizes.map((size) => outlet.waitMs(size, now)))
      // What waits for an acknowledgement only has no time of its own.
      .filter((wait) => wait > 0);
    if (waits.length === 0) return;
    this.#timer = setTimeout(() => this.#flush(), Math.ceil(Math.min(...waits)));
    // The connection keeps the process alive, or is not meant to.
    this.#timer.unref();
  }

  #tell(delayMs: number): void {
    const { onPacing } = this.#options;
    const { waiting } = this;
    if (waiting === 0) {
      if (this.#told) onPacing?.({ waiting: 0, delayMs: 0 });
      this.#told = false;
      return;
    }
    const now = this.#now();
    if (this.#told ? now - this.#toldAt < TELL_AGAIN_MS : delayMs < NOTICEABLE_MS) return;
    this.#told = true;
    this.#toldAt = now;
    onPacing?.({ waiting, delayMs });
  }

  #rejectAll(closed: boolean): void {
    const waiting = [...this.#queues.small.splice(0), ...this.#queues.large.splice(0)];
    this.#byPayload.clear();
    this.#waitingBytes = 0;
    this.#overtaken = 0;
    for (const { reject, options, takeBack } of waiting) {
      options?.signal?.removeEventListener('abort', takeBack);
      reject(ended(closed));
    }
  }
}

function sizeOf(payload: Uint8Array): Size {
  return payload.byteLength <= SMALL_BYTES ? 'small' : 'large';
}

/** Retained messages and their order belong to the connection that has the will. */
function isPinned(options: PublishOptions | undefined): boolean {
  return options?.qos === 1 || options?.retain === true;
}

function ended(closed: boolean): TransportError {
  return closed
    ? new TransportError('TRANSPORT_CLOSED', 'The connection to the broker was closed.')
    : new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.');
}
