import type { QuotaProfile } from '../protocol/quota-profile.ts';
import { type Pacing, PublishQueue } from './publish-queue.ts';
import type {
  ConnectionState,
  PublishOptions,
  QualityOfService,
  Transport,
  TransportMessage,
} from './transport.ts';

export type PaceOptions = {
  /** Told when publishes begin to wait noticeably, at most each second while they do, and when that ends. */
  readonly onPacing?: ((pacing: Pacing) => void) | undefined;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined;
};

/**
 * Holds publishes back so that the connection keeps to the quotas of its broker: publishes and bytes a second, of both
 * directions together, and publishes without acknowledgement. Never drops. Without quotas it is the transport itself.
 */
export function pace(transport: Transport, profile: QuotaProfile, options: PaceOptions = {}): Transport {
  return hasQuotas(profile) ? new PacedTransport(transport, profile, options) : transport;
}

export function hasQuotas({ publishesPerSecond, bytesPerSecond, unacknowledged }: QuotaProfile): boolean {
  return [publishesPerSecond, bytesPerSecond, unacknowledged].some(Number.isFinite);
}

class PacedTransport implements Transport {
  readonly #transport: Transport;
  readonly #queue: PublishQueue;

  constructor(transport: Transport, profile: QuotaProfile, options: PaceOptions) {
    this.#transport = transport;
    this.#queue = new PublishQueue({ profile, ...options });
    this.#queue.add(transport);
  }

  get state(): ConnectionState {
    return this.#transport.state;
  }

  publish(topic: string, payload: Uint8Array, options?: PublishOptions): Promise<void> {
    return this.#queue.publish(topic, payload, options);
  }

  subscribe(filters: readonly string[], qos?: QualityOfService): Promise<void> {
    return this.#transport.subscribe(filters, qos);
  }

  unsubscribe(filters: readonly string[]): Promise<void> {
    return this.#transport.unsubscribe(filters);
  }

  onMessage(listener: (message: TransportMessage) => void): () => void {
    return this.#transport.onMessage(listener);
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    return this.#transport.onState(listener);
  }

  probe(deadlineMs: number): Promise<boolean> {
    return this.#transport.probe(deadlineMs);
  }

  idleMs(): number {
    return this.#transport.idleMs();
  }

  /** What still waits is rejected. */
  close(): Promise<void> {
    return this.#transport.close();
  }
}
