import type { QualityOfService, Will } from '../transport.ts';

/**
 * The packets that a client of MQTT 3.1.1 sends, but for QoS 2. It replaces `mqtt-packet` here, because that takes
 * 10 ms to load and 40 ms before its first packet, on the path of a cold start; the tests compare the two.
 * https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */

/** The high half of a packet's first byte. */
export const PACKET_TYPE = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

export const PINGREQ = new Uint8Array([PACKET_TYPE.pingreq << 4, 0]);
export const DISCONNECT = new Uint8Array([PACKET_TYPE.disconnect << 4, 0]);

/** The flags that SUBSCRIBE and UNSUBSCRIBE must have. [MQTT-3.8.1-1] */
const RESERVED_FLAGS = 2;

const CONNECT_FLAG = { cleanSession: 2, will: 4, willQos1: 8, willRetain: 32, password: 64, username: 128 };

export type ConnectFields = {
  readonly clientId: string;
  readonly keepAliveSeconds: number;
  readonly will?: Will | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
};

/** With a clean session; the will has QoS 1. */
export function encodeConnect({
  clientId,
  keepAliveSeconds,
  will,
  username,
  password,
}: ConnectFields): Buffer {
  let flags = CONNECT_FLAG.cleanSession;
  const fields: Buffer[] = [prefixed(clientId)];
  if (will !== undefined) {
    flags |= CONNECT_FLAG.will | CONNECT_FLAG.willQos1 | (will.retain ? CONNECT_FLAG.willRetain : 0);
    fields.push(prefixed(will.topic), prefixed(will.payload));
  }
  if (username !== undefined) {
    flags |= CONNECT_FLAG.username;
    fields.push(prefixed(username));
  }
  if (password !== undefined) {
    flags |= CONNECT_FLAG.password;
    fields.push(prefixed(password));
  }
  const level = 4;
  const fixed = [...prefixed('MQTT'), level, flags, keepAliveSeconds >> 8, keepAliveSeconds & 0xff];
  return packet(PACKET_TYPE.connect << 4, [Buffer.from(fixed), ...fields]);
}

/** QoS 1 with a packet id, QoS 0 without. One buffer, for one write. */
export function encodePublish(
  topic: string,
  payload: Uint8Array,
  retain: boolean,
  packetId?: number,
): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const idBytes = packetId === undefined ? 0 : 2;
  const qosFlag = packetId === undefined ? 0 : 2;
  const length = 2 + topicBytes + idBytes + payload.byteLength;
  const { buffer, offset } = start((PACKET_TYPE.publish << 4) | qosFlag | (retain ? 1 : 0), length);
  let at = buffer.writeUInt16BE(topicBytes, offset);
  at += buffer.write(topic, at);
  if (packetId !== undefined) at = buffer.writeUInt16BE(packetId, at);
  buffer.set(payload, at);
  return buffer;
}

export function encodePuback(packetId: number): Buffer {
  return packet(PACKET_TYPE.puback << 4, [uint16(packetId)]);
}

export function encodeSubscribe(packetId: number, filters: readonly string[], qos: QualityOfService): Buffer {
  const requests = filters.flatMap((filter) => [prefixed(filter), Buffer.from([qos])]);
  return packet((PACKET_TYPE.subscribe << 4) | RESERVED_FLAGS, [uint16(packetId), ...requests]);
}

export function encodeUnsubscribe(packetId: number, filters: readonly string[]): Buffer {
  return packet((PACKET_TYPE.unsubscribe << 4) | RESERVED_FLAGS, [
    uint16(packetId),
    ...filters.map(prefixed),
  ]);
}

function packet(firstByte: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const { buffer, offset } = start(firstByte, length);
  let at = offset;
  for (const part of parts) at += part.copy(buffer, at);
  return buffer;
}

/** A buffer for the whole packet, with its fixed header written. */
function start(firstByte: number, length: number): { readonly buffer: Buffer; readonly offset: number } {
  const lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
  const buffer = Buffer.allocUnsafe(1 + lengthBytes + length);
  buffer[0] = firstByte;
  let rest = length;
  for (let at = 1; at <= lengthBytes; at++) {
    buffer[at] = (rest & 0x7f) | (at < lengthBytes ? 0x80 : 0);
    rest >>= 7;
  }
  return { buffer, offset: 1 + lengthBytes };
}

function prefixed(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint16(bytes.byteLength), bytes]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
