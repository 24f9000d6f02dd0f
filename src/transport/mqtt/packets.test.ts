import fc from 'fast-check';
import { generate, type Packet, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import {
  DISCONNECT,
  encodeConnect,
  encodePuback,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
  PINGREQ,
} from './packets.ts';

/** mqtt-packet is the oracle: the same bytes, for every packet that both can make. */
function oracle(packet: Packet): Uint8Array {
  return new Uint8Array(generate(packet, { protocolVersion: 4 }));
}

function parsed(bytes: Uint8Array): readonly Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on('packet', (packet) => packets.push(packet));
  reader.on('error', (error) => {
    throw error;
  });
  reader.parse(Buffer.from(bytes));
  return packets;
}

const topic = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 80 })
  .filter((text) => !/[+#\0]/.test(text));
const bytes = fc.uint8Array({ maxLength: 300 });
const packetId = fc.integer({ min: 1, max: 65_535 });
const filters = fc.array(fc.constantFrom('a', 'a/#', '+/b', 'llx/v1/é/in/日本'), {
  minLength: 1,
  maxLength: 8,
});
const qos = fc.constantFrom(0 as const, 1 as const);

test('a PUBLISH has the bytes that mqtt-packet gives it, with QoS 0 and 1, retained or not', () => {
  fc.assert(
    fc.property(
      topic,
      bytes,
      fc.boolean(),
      fc.option(packetId, { nil: undefined }),
      (name, payload, retain, id) => {
        const expected = oracle({
          cmd: 'publish',
          topic: name,
          payload: Buffer.from(payload),
          qos: id === undefined ? 0 : 1,
          retain,
          dup: false,
          ...(id === undefined ? {} : { messageId: id }),
        });
        expect(new Uint8Array(encodePublish(name, payload, retain, id))).toEqual(expected);
      },
    ),
  );
});

test.each([0, 1, 100, 127, 128, 16_000, 16_383, 16_384, 120 * 1024, 2_097_152])(
  'a payload of %i bytes is read back whole by mqtt-packet',
  (length) => {
    const payload = new Uint8Array(length).fill(7);
    const [packet] = parsed(encodePublish('t', payload, false));
    expect(packet).toMatchObject({ cmd: 'publish', topic: 't', qos: 0, retain: false, length: length + 3 });
    expect(packet?.cmd === 'publish' && Buffer.compare(Buffer.from(packet.payload), payload)).toBe(0);
  },
);

test('a CONNECT has the bytes that mqtt-packet gives it, with and without will, user and password', () => {
  const will = fc.record({ topic, payload: bytes, retain: fc.boolean() });
  const credentials = fc.constantFrom({}, { username: 'u' }, { username: 'é', password: 'secret' });
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 65_535 }),
      fc.option(will, { nil: undefined }),
      credentials,
      (clientId, keepAliveSeconds, lastWill, login: { username?: string; password?: string }) => {
        const expected = oracle({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId,
          keepalive: keepAliveSeconds,
          ...(lastWill === undefined
            ? {}
            : { will: { ...lastWill, payload: Buffer.from(lastWill.payload), qos: 1 as const } }),
          ...(login.username === undefined ? {} : { username: login.username }),
          ...(login.password === undefined ? {} : { password: Buffer.from(login.password) }),
        });
        const actual = encodeConnect({ clientId, keepAliveSeconds, will: lastWill, ...login });
        expect(new Uint8Array(actual)).toEqual(expected);
      },
    ),
  );
});

test('SUBSCRIBE, UNSUBSCRIBE and PUBACK have the bytes that mqtt-packet gives them', () => {
  fc.assert(
    fc.property(packetId, filters, qos, (messageId, names, wanted) => {
      expect(new Uint8Array(encodeSubscribe(messageId, names, wanted))).toEqual(
        oracle({
          cmd: 'subscribe',
          messageId,
          subscriptions: names.map((name) => ({ topic: name, qos: wanted })),
        }),
      );
      expect(new Uint8Array(encodeUnsubscribe(messageId, names))).toEqual(
        oracle({ cmd: 'unsubscribe', messageId, unsubscriptions: [...names] }),
      );
      expect(new Uint8Array(encodePuback(messageId))).toEqual(oracle({ cmd: 'puback', messageId }));
    }),
  );
});

test('PINGREQ and DISCONNECT are the two bytes of the specification', () => {
  expect([PINGREQ, DISCONNECT]).toEqual([oracle({ cmd: 'pingreq' }), oracle({ cmd: 'disconnect' })]);
});
