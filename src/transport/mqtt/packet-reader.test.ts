import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { type IncomingPacket, PacketReader } from './packet-reader.ts';
import { encodePublish } from './packets.ts';

function read(chunks: readonly Uint8Array[]): readonly IncomingPacket[] {
  const packets: IncomingPacket[] = [];
  const reader = new PacketReader((packet) => packets.push(packet));
  for (const chunk of chunks) reader.read(chunk);
  return packets;
}

function oracle(packet: Packet): Buffer {
  return generate(packet, { protocolVersion: 4 });
}

/** Cut at the given places, wherever they fall. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.byteLength))].sort((a, b) => a - b);
  return [0, ...ends].map((start, n) => bytes.subarray(start, ends[n] ?? bytes.byteLength));
}

/** Plain arrays, so that `toEqual` compares the bytes and not the kind of their view. */
function plain(packets: readonly IncomingPacket[]): readonly unknown[] {
  return packets.map((packet) =>
    packet.type === 'publish'
      ? { ...packet, payload: [...packet.payload] }
      : packet.type === 'suback'
        ? { ...packet, returnCodes: [...packet.returnCodes] }
        : packet,
  );
}

const packetId = fc.integer({ min: 1, max: 65_535 });
const publish = fc.record({
  type: fc.constant('publish' as const),
  topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  payload: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 100, maxLength: 20_000 })),
  retain: fc.boolean(),
  packetId: fc.option(packetId, { nil: undefined }),
});
const incoming = fc.oneof(
  publish,
  fc.record({ type: fc.constant('connack' as const), returnCode: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ type: fc.constant('puback' as const), packetId }),
  fc.record({ type: fc.constant('unsuback' as const), packetId }),
  fc.record({
    type: fc.constant('suback' as const),
    packetId,
    returnCodes: fc
      .array(fc.constantFrom(0, 1, 0x80), { minLength: 1, maxLength: 8 })
      .map((codes) => Uint8Array.from(codes)),
  }),
  fc.constant({ type: 'pingresp' as const }),
);

function encode(packet: IncomingPacket): Buffer {
  switch (packet.type) {
    case 'publish':
      return encodePublish(packet.topic, packet.payload, packet.retain, packet.packetId);
    case 'connack':
      return oracle({ cmd: 'connack', returnCode: packet.returnCode, sessionPresent: false });
    case 'puback':
      return oracle({ cmd: 'puback', messageId: packet.packetId });
    case 'unsuback':
      return oracle({ cmd: 'unsuback', messageId: packet.packetId, granted: [] });
    case 'suback':
      return oracle({ cmd: 'suback', messageId: packet.packetId, granted: [...packet.returnCodes] });
    case 'pingresp':
      return oracle({ cmd: 'pingresp' });
  }
}

test('every packet of a broker is read whole, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(incoming, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (packets, places) => {
        const bytes = Buffer.concat(packets.map(encode));
        expect(plain(read(cut(bytes, places)))).toEqual(plain(packets));
      },
    ),
  );
});

test('a large packet is read from bytes that come one by one', () => {
  const bytes = encodePublish('t', new Uint8Array(300).fill(1), true, 7);
  expect(plain(read([...bytes].map((byte) => Uint8Array.of(byte))))).toEqual([
    { type: 'publish', topic: 't', payload: Array(300).fill(1), retain: true, packetId: 7 },
  ]);
});

test('nothing but a typed packet or an exception comes of random bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 6 }), (chunks) => {
      try {
        for (const { type } of read(chunks)) {
          expect(['connack', 'publish', 'puback', 'suback', 'unsuback', 'pingresp']).toContain(type);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test.each([
  [
    'a packet larger than a megabyte, before it is collected',
    [0x30, 0x81, 0x80, 0x40],
    'a packet of 1048577 bytes',
  ],
  ['a length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff], 'a remaining length of more than four bytes'],
  ['a PUBLISH of QoS 2', [0x34, 0x05, 0, 1, 0x74, 0, 1], 'a PUBLISH of QoS 2'],
  ['a topic longer than its packet', [0x30, 0x03, 0, 9, 0x74], 'a topic longer than its packet'],
  ['a packet that only a client sends', [0xc0, 0], 'a packet of type 12'],
])('refuses %s', (_, bytes, message) => {
  expect(() => read([Uint8Array.from(bytes)])).toThrow(new RangeError(message));
});
