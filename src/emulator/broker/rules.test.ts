import { describe, expect, it, test } from 'vitest';
import { IOT_CORE } from '../../protocol/limits.ts';
import { connectPacket, publishPacket } from './raw-client.test-support.ts';
import { isExact, judge, keepAlive, matches, type Verdict } from './rules.ts';

const CONNECTED = { connackSent: true };
const CONNECTING = { connackSent: false };

function subscribePacket(filters: readonly string[], qos: 0 | 1 | 2 = 0) {
  return {
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: filters.map((topic) => ({ topic, qos })),
  } as const;
}

function ends(rule: string): Verdict {
  return { action: 'disconnect', rule };
}

const KIB_128 = Buffer.alloc(IOT_CORE.payloadBytes);
const SLASHES_7 = 'a/b/c/d/e/f/g/h';

describe('a publish', () => {
  test.each([
    ['of 128 KiB', publishPacket('t', KIB_128)],
    ['with a topic of 256 bytes', publishPacket('ü'.repeat(128))],
    ['with 7 slashes', publishPacket(SLASHES_7)],
    ['with 7 slashes after $aws/rules/<rule>/', publishPacket(`$aws/rules/name/${SLASHES_7}`)],
    ['with RETAIN', publishPacket('t', 'x', { retain: true })],
    ['with an empty payload', publishPacket('t', '')],
    ['with QoS 1', publishPacket('t', 'x', { qos: 1 })],
  ])('%s passes', (_, packet) => {
    expect(judge(packet, CONNECTED)).toBeUndefined();
  });

  test.each([
    ['of more', publishPacket('t', Buffer.alloc(KIB_128.byteLength + 1)), 'payload over 128 KiB'],
    ['with a topic of 257 bytes', publishPacket(`a${'ü'.repeat(128)}`), 'topic over 256 bytes'],
    ['with 8 slashes', publishPacket(`${SLASHES_7}/i`), 'topic with more than 7 slashes'],
    [
      'with 8 slashes after $aws/rules/<rule>/',
      publishPacket(`$aws/rules/name/${SLASHES_7}/i`),
      'topic with more than 7 slashes',
    ],
    [
      'with RETAIN to AWS itself',
      publishPacket('$aws/things/a/shadow', 'x', { retain: true }),
      'RETAIN on a topic of AWS',
    ],
  ])('%s ends the connection', (_, packet, rule) => {
    expect(judge(packet, CONNECTED)).toEqual(ends(rule));
  });

  it('with QoS 2 is as if it had not come, whatever else is wrong with it', () => {
    expect(judge(publishPacket(`${SLASHES_7}/i`, 'x', { qos: 2 }), CONNECTED)).toEqual({
      action: 'swallow',
      rule: 'PUBLISH with QoS 2',
    });
  });
});

describe('a subscribe', () => {
  it('of 8 filters passes', () => {
    expect(judge(subscribePacket(Array.from({ length: 8 }, (_, n) => `t/${n}`)), CONNECTED)).toBeUndefined();
  });

  test.each([
    ['of 9 filters', Array.from({ length: 9 }, (_, n) => `t/${n}`), 'more than 8 filters in one SUBSCRIBE'],
    ['with a filter of 257 bytes', ['a'.repeat(257)], 'filter over 256 bytes'],
    ['with 8 slashes in its last filter', ['t', `${SLASHES_7}/#`], 'filter with more than 7 slashes'],
  ])('%s ends the connection', (_, filters, rule) => {
    expect(judge(subscribePacket(filters), CONNECTED)).toEqual(ends(rule));
  });

  it('with QoS 2 is as if it had not come', () => {
    expect(judge(subscribePacket(['t'], 2), CONNECTED)).toEqual({
      action: 'swallow',
      rule: 'SUBSCRIBE with QoS 2',
    });
  });
});

describe('a connect', () => {
  const will = { topic: 'will', payload: Buffer.from('x'), qos: 1, retain: true } as const;

  test.each([
    ['with a client id of 128 bytes', connectPacket('ü'.repeat(64))],
    ['with a retained will', connectPacket('c', { will })],
  ])('%s passes', (_, packet) => {
    expect(judge(packet, CONNECTING)).toBeUndefined();
  });

  test.each([
    ['with a client id of 129 bytes', connectPacket(`a${'ü'.repeat(64)}`), 'client id over 128 bytes'],
    ['with a client id of AWS', connectPacket('$aws'), 'client id that starts with $'],
    [
      'with a will over 128 KiB',
      connectPacket('c', { will: { ...will, payload: Buffer.alloc(KIB_128.byteLength + 1) } }),
      'payload of the will over 128 KiB',
    ],
    [
      'with a retained will to AWS itself',
      connectPacket('c', { will: { ...will, topic: '$aws/x' } }),
      'RETAIN on a topic of AWS',
    ],
    [
      'with a will that has 8 slashes',
      connectPacket('c', { will: { ...will, topic: `${SLASHES_7}/i` } }),
      'topic of the will with more than 7 slashes',
    ],
  ])('%s ends the connection', (_, packet, rule) => {
    expect(judge(packet, CONNECTING)).toEqual(ends(rule));
  });
});

test.each([publishPacket('t'), subscribePacket(['t']), { cmd: 'pingreq' } as const])(
  '$cmd before CONNACK ends the connection',
  (packet) => {
    expect(judge(packet, CONNECTING)).toEqual(ends(`${packet.cmd} before CONNACK`));
  },
);

test('packets that no rule names pass', () => {
  expect(judge({ cmd: 'pingreq' }, CONNECTED)).toBeUndefined();
  expect(judge({ cmd: 'disconnect' }, CONNECTED)).toBeUndefined();
  expect(judge({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['t'] }, CONNECTED)).toBeUndefined();
});

test.each([
  [undefined, 1200],
  [0, 1200],
  [1, 30],
  [29, 30],
  [30, 30],
  [31, 31],
  [1200, 1200],
  [1201, 1200],
  [65_535, 1200],
])('a keep-alive of %s seconds is taken for %i', (asked, taken) => {
  expect(keepAlive(asked)).toBe(taken);
});

test.each([
  ['a/b', true],
  ['', true],
  ['a/+', false],
  ['+', false],
  ['#', false],
  ['a/#', false],
])('whether %j is exact: %s', (filter, exact) => {
  expect(isExact(filter)).toBe(exact);
});

test.each([
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', 'a/b', false],
  ['a/b', 'a', false],
  ['a/', 'a/', true],
  ['a/', 'a', false],
  ['/a', 'a', false],
  ['+', 'a', true],
  ['+', '', true],
  ['+', 'a/b', false],
  ['+/+', '/', true],
  ['a/+', 'a', false],
  ['a/+', 'a/', true],
  ['a/+/c', 'a/b/c', true],
  ['a/+/c', 'a/b/d', false],
  ['#', 'a', true],
  ['#', 'a/b/c', true],
  ['a/#', 'a/b', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a/', true],
  ['a/#', 'a', false],
  ['+/#', 'a', false],
  ['+/#', 'a/b', true],
  ['#', '$aws/a', false],
  ['+/a', '$aws/a', false],
  ['$aws/#', '$aws/a', true],
])('whether the filter %j matches the topic %j: %s', (filter, topic, matching) => {
  expect(matches(filter, topic)).toBe(matching);
});
