import type { AedesPublishPacket, Client } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { DropCounter } from '../../protocol/drops.ts';
import { IOT_CORE } from '../../protocol/limits.ts';
import { type AedesClient, nameOf } from './aedes-client.ts';
import {
  type BrokerIdentity,
  connectRequirements,
  denialOf,
  missingOf,
  receiveRequirement,
  requirementsOf,
} from './authorization.ts';
import type { ConnectionQuotas } from './connection-quotas.ts';
import type { RateByKey } from './rate-by-key.ts';
import { judge, matches, type Verdict } from './rules.ts';

export type GuardOptions = {
  readonly drops: DropCounter;
  /** Absent: a connection of the offline path, which may do everything. */
  readonly identity?: BrokerIdentity | undefined;
  /** Absent: a broker without quotas. */
  readonly quotas?: ConnectionQuotas | undefined;
  /** Retained publishes of each topic, over all connections. */
  readonly retained?: RateByKey | undefined;
};

/** All that IoT Core would say to one connection: its rules, the caller's policies, its quotas, in this order. */
export class ConnectionGuard {
  readonly #client: AedesClient;
  readonly #options: GuardOptions;

  constructor(client: AedesClient, options: GuardOptions) {
    this.#client = client;
    this.#options = options;
    this.#watch();
  }

  /** Why the client may not connect, in words for people. Called when its id is known. */
  refuseConnect(): string | undefined {
    const { identity } = this.#options;
    if (identity === undefined) return undefined;
    const missing = missingOf(connectRequirements(this.#client.id, this.#client._will), identity);
    return missing === undefined ? undefined : denialOf(missing, identity);
  }

  /** Whether one more filter fits on the connection. */
  holds(filter: string): boolean {
    const held = Object.keys(this.#client.subscriptions);
    if (held.length < IOT_CORE.subscriptionsPerConnection || held.includes(filter)) return true;
    this.drop(`more than ${IOT_CORE.subscriptionsPerConnection} subscriptions`);
    return false;
  }

  /** Whether a message is delivered to the client now. */
  forwards(packet: AedesPublishPacket): boolean {
    const { identity, quotas } = this.#options;
    if (!subscribed(this.#client, packet.topic)) return false;
    if (identity !== undefined) {
      const receive = receiveRequirement(packet.topic);
      if (!identity.allows(receive.action, receive.resource)) {
        this.drop(denialOf(receive, identity));
        return false;
      }
    }
    const admission = quotas?.admit(packet, this.#client) ?? 'pass';
    if (typeof admission === 'object') this.drop(admission.dropped);
    return admission === 'pass';
  }

  drop(rule: string): void {
    this.#options.drops.drop('broker-rule', `${rule} (${nameOf(this.#client as Client)})`);
  }

  /**
   * Judges each packet before aedes sees it: aedes has no hook that comes before its own handling of QoS 2, and
   * parsing twice would cost every message.
   */
  #watch(): void {
    const { _parser: parser, conn } = this.#client;
    const { quotas } = this.#options;
    const emit = parser.emit.bind(parser);
    parser.emit = (event, packet) => {
      if (event !== 'packet') return emit(event, packet);
      // The parser goes on with the packets that came together with the one that broke a rule.
      if (conn.destroyed) return true;
      const verdict = this.#judge(packet);
      if (verdict === undefined) {
        const handled = emit(event, packet);
        quotas?.handled(packet, this.#client);
        return handled;
      }
      this.drop(verdict.rule);
      if (verdict.action === 'disconnect') conn.destroy();
      return true;
    };
  }

  #judge(packet: Packet): Verdict {
    const verdict = judge(packet, this.#client);
    if (verdict !== undefined) return verdict;
    const { identity, quotas, retained } = this.#options;
    const missing = identity === undefined ? undefined : missingOf(requirementsOf(packet), identity);
    // MQTT 3.1.1 has no other word for it.
    if (identity !== undefined && missing !== undefined)
      return { action: 'disconnect', rule: denialOf(missing, identity) };
    const refused = quotas?.refuse(packet);
    if (refused !== undefined) return { action: 'swallow', rule: refused };
    if (packet.cmd === 'publish' && packet.retain && retained?.tryTake(packet.topic) === false)
      return { action: 'swallow', rule: 'more retained publishes to a topic than its quota' };
    return undefined;
  }
}

/**
 * `a/#` and `+/#` need a second look: aedes lets them match `a`, as MQTT says and IoT Core does not. Most messages of
 * llx go to an exact subscription, which costs one look-up.
 */
function subscribed({ subscriptions }: AedesClient, topic: string): boolean {
  if (subscriptions[topic] !== undefined) return true;
  for (const filter in subscriptions) if (matches(filter, topic)) return true;
  return false;
}
