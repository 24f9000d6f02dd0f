import type { AedesPublishPacket } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { QuotaProfile } from '../../protocol/quota-profile.ts';
import type { AedesClient } from './aedes-client.ts';
import type { MeteredStream } from './metered-stream.ts';
import { matches } from './rules.ts';
import { TokenBucket } from './token-bucket.ts';

/** What may wait for a client that is sent more bytes than its quota. Above it messages are thrown away. */
const WAITING_BYTES = 8 * 1024 * 1024;

export type Admission =
  | 'pass'
  /** Kept until the client has acknowledged another. */
  | 'later'
  | { readonly dropped: string };

/**
 * What IoT Core lets one connection do, counted. The bytes per second are the stream's.
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits
 */
export class ConnectionQuotas {
  readonly #profile: QuotaProfile;
  readonly #publishes: TokenBucket;
  readonly #stream: MeteredStream;
  /** Where in the stream the PUBACK of each publish stands that waits for its way out. */
  readonly #acknowledgements: number[] = [];
  /** Publishes with QoS 1 that the client has not acknowledged. */
  #unacknowledged = 0;
  readonly #later: AedesPublishPacket[] = [];

  /** `now` in milliseconds, monotonic. */
  constructor(profile: QuotaProfile, stream: MeteredStream, now: () => number) {
    this.#profile = profile;
    this.#stream = stream;
    this.#publishes = new TokenBucket(profile.publishesPerSecond, now);
  }

  /** Why a packet of the client is not taken: without an answer, whatever its QoS. */
  refuse(packet: Packet): string | undefined {
    if (packet.cmd !== 'publish') return undefined;
    if (packet.qos === 1 && this.#acknowledging() >= this.#profile.unacknowledged)
      return `more than ${this.#profile.unacknowledged} unacknowledged publishes in`;
    return this.#publishes.tryTake() ? undefined : this.#tooManyPublishes();
  }

  /** After the broker has handled a packet of the client. */
  handled(packet: Packet, client: AedesClient): void {
    if (packet.cmd === 'publish' && packet.qos === 1) this.#acknowledgements.push(this.#stream.writtenBytes);
    if (packet.cmd !== 'puback' || this.#unacknowledged === 0) return;
    this.#unacknowledged -= 1;
    const next = this.#later.shift();
    // Without it aedes takes the packet, which is older than the last, for a duplicate.
    if (next !== undefined) client.deliverQoS({ ...next, brokerId: '' }, () => undefined);
  }

  /** Whether a message goes to the client now. What is kept for later is sent by `handled`. */
  admit(packet: AedesPublishPacket, client: AedesClient): Admission {
    if (this.#stream.waitingBytes > WAITING_BYTES)
      return { dropped: `more than ${WAITING_BYTES} bytes that wait for the client` };
    const acknowledged = packet.qos === 1 && deliveredWithQos1(packet.topic, client);
    const { unacknowledged } = this.#profile;
    if (acknowledged && this.#unacknowledged >= unacknowledged) {
      if (this.#later.length >= unacknowledged)
        return { dropped: `more than ${unacknowledged} unacknowledged publishes out, and as many that wait` };
      this.#later.push(packet);
      return 'later';
    }
    if (!this.#publishes.tryTake()) return { dropped: this.#tooManyPublishes() };
    if (acknowledged) this.#unacknowledged += 1;
    return 'pass';
  }

  #tooManyPublishes(): string {
    return `more than ${this.#profile.publishesPerSecond} publishes per second`;
  }

  #acknowledging(): number {
    const { sentBytes } = this.#stream;
    while ((this.#acknowledgements[0] ?? Number.POSITIVE_INFINITY) <= sentBytes)
      this.#acknowledgements.shift();
    return this.#acknowledgements.length;
  }
}

/** With overlapping filters of both kinds either may deliver it: only a certain PUBACK is waited for. */
function deliveredWithQos1(topic: string, { subscriptions }: AedesClient): boolean {
  return Object.entries(subscriptions).every(([filter, { qos }]) => qos > 0 || !matches(filter, topic));
}
