import { expect, test } from 'vitest';
import { encodeMessage } from '../../../src/protocol/message-encoder.ts';
import { PeerKeys } from '../../../src/protocol/peer-keys.ts';
import { encodeSessionState } from '../../../src/protocol/presence.ts';
import { generateKeyPair } from '../../../src/protocol/seal.ts';
import { sessionTopic } from '../../../src/protocol/topics.ts';
import type { Passed } from './fault-proxy.ts';
import { WireTrace } from './wire-trace.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const ID = '0123456789abcdef0123456789abcdef';
const stub = new PeerKeys(generateKeyPair(), 'stub');
const session = new PeerKeys(generateKeyPair(), 'session');

let clock = 0;
const at = (trace: WireTrace, ms: number, passed: Passed): void => {
  clock = ms;
  trace.add(passed);
};

function passed(topic: string, payload: Uint8Array, party: string, way: 'in' | 'out'): Passed {
  const publish = { qos: 0, retain: false, topic, payload: Buffer.from(payload) };
  return { unit: { bytes: Buffer.alloc(0), publish }, party, way };
}

function claim(): Passed {
  const key = session.of(stub.own.publicKey)?.send;
  if (key === undefined) throw new Error('expected a key');
  const message = {
    kind: 'claim',
    id: ID,
    meta: { beatIntervalMs: 1_500 },
    payload: new Uint8Array(),
  } as const;
  const [frame] = encodeMessage(message, { key, functionArn: ARN, encodings: [], number: 0 });
  return passed('out', frame ?? new Uint8Array(), 'stub', 'out');
}

const offline = (): Passed =>
  passed(sessionTopic('s'), encodeSessionState({ state: 'offline', connection: 1 }), 'stub', 'out');

test('deployed beside local is explained by a session that is gone before its claim has arrived', () => {
  const trace = new WireTrace(() => clock);
  at(trace, 1_100, offline());
  expect(trace.mayHaveDeployed(ID, 1_000, 1_400)).toBe(true);
});

test('it is not by silence alone', () => {
  expect(new WireTrace(() => clock).mayHaveDeployed(ID, 1_000, 6_000)).toBe(false);
});

test('it is not once a claim has arrived', () => {
  const trace = new WireTrace(() => clock);
  at(trace, 1_010, claim());
  at(trace, 1_100, offline());
  expect(trace.of(ID)).toEqual([{ at: 1_010, kind: 'claim', where: '→stub', sequence: 0 }]);
  expect(trace.mayHaveDeployed(ID, 1_000, 1_400)).toBe(false);
});

test('a claim that crosses the decision does not change it', () => {
  const trace = new WireTrace(() => clock);
  at(trace, 1_100, offline());
  at(trace, 1_390, claim());
  expect(trace.mayHaveDeployed(ID, 1_000, 1_400)).toBe(true);
});

test('topics that were retained are remembered', () => {
  const trace = new WireTrace();
  const publish = { qos: 1, retain: true, topic: 't', payload: Buffer.from('x') };
  trace.add({ unit: { bytes: Buffer.alloc(0), publish }, party: 'session', way: 'in' });
  expect(trace.retainedTopics).toEqual(['t']);
});
