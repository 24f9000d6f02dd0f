import { PACKET_TYPE } from './packets.ts';

/** What a broker sends to a client of MQTT 3.1.1 that never uses QoS 2. */
export type IncomingPacket =
  | { readonly type: 'connack'; readonly returnCode: number }
  | {
      readonly type: 'publish';
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly retain: boolean;
      /** With QoS 1, to be acknowledged. */
      readonly packetId: number | undefined;
    }
  | { readonly type: 'puback'; readonly packetId: number }
  | { readonly type: 'suback'; readonly packetId: number; readonly returnCodes: Uint8Array }
  | { readonly type: 'unsuback'; readonly packetId: number }
  | { readonly type: 'pingresp' };

/** A packet is never larger: IoT Core's payload, and room for a broker that allows more. */
const MAX_PACKET_BYTES = 1024 * 1024;

const EMPTY = Buffer.alloc(0);

type Header = { readonly firstByte: number; readonly bodyStart: number; readonly end: number };

/** Cuts a stream of bytes into packets. Holds at most one unfinished packet, bounded before it is collected. */
export class PacketReader {
  readonly #onPacket: (packet: IncomingPacket) => void;
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes that the packet at the front needs, once its header is known. */
  #needed = 0;

  constructor(onPacket: (packet: IncomingPacket) => void) {
    this.#onPacket = onPacket;
  }

  /** Throws when the bytes are not MQTT: the connection cannot go on. */
  read(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#held += chunk.byteLength;
    if (this.#held < this.#needed) {
      this.#chunks.push(chunk);
      return;
    }
    let rest = this.#chunks.length === 0 ? chunk : Buffer.concat([...this.#chunks, chunk]);
    this.#needed = 0;
    while (rest.byteLength > 0) {
      const header = readHeader(rest);
      if (header === undefined) break;
      if (rest.byteLength < header.end) {
        this.#needed = header.end;
        break;
      }
      this.#onPacket(readPacket(header.firstByte, rest.subarray(header.bodyStart, header.end)));
      rest = rest.subarray(header.end);
    }
    this.#chunks = rest.byteLength === 0 ? [] : [rest];
    this.#held = rest.byteLength;
  }
}

/** Undefined: not all of it is there. */
function readHeader(bytes: Buffer): Header | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    const digit = bytes[at];
    if (digit === undefined) return undefined;
    length |= (digit & 0x7f) << (7 * (at - 1));
    if (digit < 0x80) {
      if (length > MAX_PACKET_BYTES) throw new RangeError(`a packet of ${length} bytes`);
      return { firstByte: bytes[0] ?? 0, bodyStart: at + 1, end: at + 1 + length };
    }
  }
  throw new RangeError('a remaining length of more than four bytes');
}

function readPacket(firstByte: number, body: Buffer): IncomingPacket {
  switch (firstByte >> 4) {
    case PACKET_TYPE.connack:
      return { type: 'connack', returnCode: body.readUInt8(1) };
    case PACKET_TYPE.publish:
      return readPublish(firstByte, body);
    case PACKET_TYPE.puback:
      return { type: 'puback', packetId: body.readUInt16BE(0) };
    case PACKET_TYPE.suback:
      return { type: 'suback', packetId: body.readUInt16BE(0), returnCodes: body.subarray(2) };
    case PACKET_TYPE.unsuback:
      return { type: 'unsuback', packetId: body.readUInt16BE(0) };
    case PACKET_TYPE.pingresp:
      return { type: 'pingresp' };
    default:
      throw new RangeError(`a packet of type ${firstByte >> 4}`);
  }
}

function readPublish(firstByte: number, body: Buffer): IncomingPacket {
  const qos = (firstByte >> 1) & 3;
  if (qos > 1) throw new RangeError(`a PUBLISH of QoS ${qos}`);
  const topicEnd = 2 + body.readUInt16BE(0);
  if (topicEnd > body.byteLength) throw new RangeError('a topic longer than its packet');
  const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
  return {
    type: 'publish',
    topic: body.toString('utf8', 2, topicEnd),
    payload: payloadStart < body.byteLength ? body.subarray(payloadStart) : EMPTY,
    retain: (firstByte & 1) === 1,
    packetId: qos === 0 ? undefined : body.readUInt16BE(topicEnd),
  };
}
