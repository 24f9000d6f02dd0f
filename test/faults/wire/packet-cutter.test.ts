import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { clientIdOf, PacketCutter } from './packet-cutter.ts';

const publish = fc.record({
  topic: fc.string({ minLength: 1, maxLength: 60 }),
  payload: fc.uint8Array({ maxLength: 400 }),
  qos: fc.constantFrom(0 as const, 1 as const),
  retain: fc.boolean(),
});

test('a stream cut anywhere gives the same packets, byte for byte, with what a PUBLISH says', () => {
  fc.assert(
    fc.property(
      fc.array(publish, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 97 }),
      (all, step) => {
        const sent = all.map((one) =>
          generate({ ...one, payload: Buffer.from(one.payload), cmd: 'publish', dup: false, messageId: 7 }),
        );
        const stream = Buffer.concat(sent);
        const cutter = new PacketCutter();
        const packets = [];
        for (let at = 0; at < stream.byteLength; at += step)
          packets.push(...cutter.push(stream.subarray(at, at + step)));
        expect(packets.map(({ bytes }) => bytes.toString('hex'))).toEqual(
          sent.map((bytes) => bytes.toString('hex')),
        );
        expect(packets.map(({ publish: read }) => read)).toEqual(
          all.map((one) => ({ ...one, payload: Buffer.from(one.payload) })),
        );
      },
    ),
  );
});

test('packets of other kinds pass whole, and a CONNECT tells its client id', () => {
  const connect = generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: 'llx-stub-1',
    keepalive: 30,
    will: { topic: 't', payload: Buffer.from('w'), qos: 1, retain: true },
  });
  const ping = generate({ cmd: 'pingreq' });
  const packets = new PacketCutter().push(Buffer.concat([connect, ping]));
  expect(packets.map(({ type, bytes }) => [type, bytes.byteLength])).toEqual([
    [1, connect.byteLength],
    [12, 2],
  ]);
  expect(packets.map(clientIdOf)).toEqual(['llx-stub-1', undefined]);
});
