/** One MQTT control packet as it travels. */
export type RawPacket = {
  readonly bytes: Buffer;
  /** The high half of its first byte: 1 is CONNECT, 3 PUBLISH. */
  readonly type: number;
  readonly publish: RawPublish | undefined;
};

export type RawPublish = {
  readonly qos: number;
  readonly retain: boolean;
  readonly topic: string;
  readonly payload: Buffer;
};

const CONNECT = 1;
const PUBLISH = 3;

/** Cuts a stream of bytes into MQTT packets without changing one of them. */
export class PacketCutter {
  #held: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): readonly RawPacket[] {
    this.#held = this.#held.byteLength === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const packets: RawPacket[] = [];
    for (;;) {
      const end = packetEnd(this.#held);
      if (end === undefined || this.#held.byteLength < end.at) return packets;
      packets.push(readPacket(this.#held.subarray(0, end.at), end.bodyStart));
      this.#held = this.#held.subarray(end.at);
    }
  }
}

function packetEnd(bytes: Buffer): { readonly at: number; readonly bodyStart: number } | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    const digit = bytes[at];
    if (digit === undefined) return undefined;
    length |= (digit & 0x7f) << (7 * (at - 1));
    if (digit < 0x80) return { at: at + 1 + length, bodyStart: at + 1 };
  }
  throw new RangeError('a remaining length of more than four bytes');
}

function readPacket(bytes: Buffer, bodyStart: number): RawPacket {
  const first = bytes.readUInt8(0);
  const type = first >> 4;
  if (type !== PUBLISH) return { bytes, type, publish: undefined };
  const qos = (first >> 1) & 3;
  const topicEnd = bodyStart + 2 + bytes.readUInt16BE(bodyStart);
  return {
    bytes,
    type,
    publish: {
      qos,
      retain: (first & 1) === 1,
      topic: bytes.toString('utf8', bodyStart + 2, topicEnd),
      payload: bytes.subarray(qos === 0 ? topicEnd : topicEnd + 2),
    },
  };
}

/** Of a CONNECT of MQTT 3.1.1, which names it first in its payload. */
export function clientIdOf({ bytes, type }: RawPacket): string | undefined {
  const end = packetEnd(bytes);
  if (type !== CONNECT || end === undefined) return undefined;
  // Protocol name, level, flags, keep-alive.
  const at = end.bodyStart + 2 + bytes.readUInt16BE(end.bodyStart) + 4;
  return bytes.toString('utf8', at + 2, at + 2 + bytes.readUInt16BE(at));
}
