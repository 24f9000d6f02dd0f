import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { IOT_CORE } from '../../protocol/limits.ts';

/** What a rule says of a packet: nothing, or why it is thrown away, or why the connection ends. */
export type Verdict =
  | undefined
  | { readonly action: 'swallow'; readonly rule: string }
  | { readonly action: 'disconnect'; readonly rule: string };

/**
 * IoT Core's rules for one packet of a client, those that differ from plain MQTT.
 * https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-differences
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits
 */
export function judge(packet: Packet, client: { readonly connackSent: boolean }): Verdict {
  if (packet.cmd === 'connect') return judgeConnect(packet);
  if (!client.connackSent) return disconnect(`${packet.cmd} before CONNACK`);
  if (packet.cmd === 'publish') return judgePublish(packet);
  if (packet.cmd === 'subscribe') return judgeSubscribe(packet);
  return undefined;
}

function judgeConnect(packet: IConnectPacket): Verdict {
  if (Buffer.byteLength(packet.clientId) > IOT_CORE.clientIdBytes)
    return disconnect('client id over 128 bytes');
  if (packet.clientId.startsWith('$')) return disconnect('client id that starts with $');
  return packet.will === undefined ? undefined : judgeWill(packet.will);
}

/** A will is a publish, said in advance. */
function judgeWill({ topic, payload, retain }: NonNullable<IConnectPacket['will']>): Verdict {
  if (Buffer.byteLength(payload) > IOT_CORE.payloadBytes)
    return disconnect('payload of the will over 128 KiB');
  if (retain === true && topic.startsWith('$aws/')) return disconnect('RETAIN on a topic of AWS');
  return judgeTopic(topic, 'topic of the will');
}

function judgePublish({ topic, payload, qos, retain }: IPublishPacket): Verdict {
  // No PUBACK, no PUBREC: the packet is as if it had not come.
  if (qos === 2) return { action: 'swallow', rule: 'PUBLISH with QoS 2' };
  if (Buffer.byteLength(payload) > IOT_CORE.payloadBytes) return disconnect('payload over 128 KiB');
  if (retain && topic.startsWith('$aws/')) return disconnect('RETAIN on a topic of AWS');
  return judgeTopic(topic, 'topic');
}

function judgeSubscribe({ subscriptions }: ISubscribePacket): Verdict {
  if (subscriptions.length > IOT_CORE.filtersPerSubscribe)
    return disconnect('more than 8 filters in one SUBSCRIBE');
  for (const { topic, qos } of subscriptions) {
    if (qos === 2) return { action: 'swallow', rule: 'SUBSCRIBE with QoS 2' };
    const verdict = judgeTopic(topic, 'filter');
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function judgeTopic(topic: string, what: string): Verdict {
  if (Buffer.byteLength(topic) > IOT_CORE.topicBytes) return disconnect(`${what} over 256 bytes`);
  // The three of `$aws/rules/<rule>/` do not count.
  const counted = topic.replace(/^\$aws\/rules\/[^/]+\//, '');
  if (counted.split('/').length - 1 > IOT_CORE.topicSlashes)
    return disconnect(`${what} with more than 7 slashes`);
  return undefined;
}

function disconnect(rule: string): Verdict {
  return { action: 'disconnect', rule };
}

/** Seconds, as IoT Core takes them: none, or too many, is the longest. */
export function keepAlive(
  seconds: number | undefined,
  { min, max }: { readonly min: number; readonly max: number } = IOT_CORE.keepAliveSeconds,
): number {
  if (seconds === undefined || seconds === 0) return max;
  return Math.min(max, Math.max(min, seconds));
}

export function isExact(filter: string): boolean {
  return !filter.includes('+') && !filter.includes('#');
}

/** Whether a filter matches a topic by IoT Core's rules: `a/#` matches `a/` and `a/b`, but not `a`. */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [n, level] of wanted.entries()) {
    if (level === '#') return levels.length > n;
    if (n >= levels.length || (level !== '+' && level !== levels[n])) return false;
  }
  return wanted.length === levels.length;
}
