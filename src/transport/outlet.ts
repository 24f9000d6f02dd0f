import type { QuotaProfile } from '../protocol/quota-profile.ts';
import { PublishBudget, type Size } from './publish-budget.ts';
import type { PublishOptions, Transport } from './transport.ts';

/** One connection as a way out, with what it may still publish. */
export class Outlet {
  readonly transport: Transport;
  readonly #profile: QuotaProfile;
  readonly #now: () => number;
  readonly #removers: readonly (() => void)[];
  #budget: PublishBudget;
  #unacknowledged = 0;
  #usedAt: number;

  constructor(options: {
    readonly transport: Transport;
    readonly profile: QuotaProfile;
    readonly now: () => number;
    readonly onState: (status: Transport['state']['status']) => void;
  }) {
    const { transport, profile, now, onState } = options;
    this.transport = transport;
    this.#profile = profile;
    this.#now = now;
    this.#budget = new PublishBudget(profile);
    this.#usedAt = now();
    this.#removers = [
      transport.onMessage(({ topic, payload }) =>
        this.#budget.received(topic.length + payload.byteLength, now()),
      ),
      transport.onState(({ status }) => {
        // Quotas are counted for each connection.
        if (status === 'connected') this.#budget = new PublishBudget(profile);
        onState(status);
      }),
    ];
  }

  get connected(): boolean {
    return this.transport.state.status === 'connected';
  }

  /** When it last published. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** How long the broker needs for the bytes so far. */
  backlogMs(now: number): number {
    return this.#budget.backlogMs(now);
  }

  /** From 0, when it is idle, to 1, when it is full. */
  get load(): number {
    return this.#budget.load(this.#now());
  }

  waitMs(size: Size, now: number): number {
    return this.#budget.waitMs(size, now);
  }

  hasRoom(size: Size, qos: PublishOptions['qos'], now: number): boolean {
    if (!this.connected || this.waitMs(size, now) > 0) return false;
    return qos !== 1 || this.#unacknowledged < this.#profile.unacknowledged;
  }

  /** `onAcknowledged` is called when a publish of QoS 1 has made room. */
  async publish(
    topic: string,
    payload: Uint8Array,
    options: PublishOptions | undefined,
    onAcknowledged: () => void,
  ): Promise<void> {
    this.#usedAt = this.#now();
    this.#budget.spend(topic.length + payload.byteLength, this.#usedAt);
    if (options?.qos !== 1) return await this.transport.publish(topic, payload, options);
    this.#unacknowledged += 1;
    try {
      await this.transport.publish(topic, payload, options);
    } finally {
      this.#unacknowledged -= 1;
      onAcknowledged();
    }
  }

  /** Stops listening; the connection is its owner's to close. */
  remove(): void {
    for (const remove of this.#removers) remove();
  }
}
