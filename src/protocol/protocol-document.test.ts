import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { goldenVectors } from '../../scripts/golden-vectors.ts';
import { META_BYTES } from './body.ts';
import { DropCounter } from './drops.ts';
import { FRAMES_PER_MESSAGE } from './frame.ts';
import { FRAME_BYTES, MESSAGE_BYTES, REASSEMBLY } from './limits.ts';
import { KIND_BYTES, type Kind, type Message, SESSION_KINDS, STUB_KINDS } from './message.ts';
import { encodeMessage } from './message-encoder.ts';
import { decodePresence, decodeSessionState, encodePresence, encodeSessionState } from './presence.ts';
import { Reassembler } from './reassembler.ts';
import { deriveKeys, keyPairFrom } from './seal.ts';
import { TIMING } from './timing.ts';
import { parseTopic } from './topics.ts';

type Vectors = ReturnType<typeof goldenVectors>;

const document = await readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const vectors = JSON.parse(
  /<!-- golden vectors -->\n```json\n(.*)\n```\n<!--/s.exec(document)?.[1] ?? '',
) as Vectors;

const stub = keyPairFrom(bytes(vectors.stub.privateKey));
const session = keyPairFrom(bytes(vectors.session.privateKey));
const ofStub = keys(deriveKeys(stub, 'stub', session.publicKey));
const ofSession = keys(deriveKeys(session, 'session', stub.publicKey));

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function keys<T>(pair: T | undefined): T {
  if (pair === undefined) throw new Error('expected keys');
  return pair;
}

/** The cells of a table, by the first column's text without backticks. */
function table(heading: string): readonly (readonly string[])[] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test('the table of kinds is that of the code, with the direction of each', () => {
  const direction = (kind: Kind) => {
    const fromStub = STUB_KINDS.some((each) => each === kind);
    const fromSession = SESSION_KINDS.some((each) => each === kind);
    return fromStub && fromSession ? 'both' : fromStub ? 'stub → session' : 'session → stub';
  };
  expect(table('Messages').map(([byte, kind, sender]) => [byte, kind, sender])).toEqual(
    (Object.keys(KIND_BYTES) as Kind[]).map((kind) => [String(KIND_BYTES[kind]), kind, direction(kind)]),
  );
});

test('the table of timing is that of the code', () => {
  expect(table('Timing').map(([name, value]) => [name, Number(value)])).toEqual(Object.entries(TIMING));
});

test('the table of bounds is that of the code', () => {
  expect(table('Reassembly').map(([, value]) => Number(value))).toEqual([
    FRAME_BYTES,
    MESSAGE_BYTES,
    META_BYTES,
    FRAMES_PER_MESSAGE,
    REASSEMBLY.messages,
    REASSEMBLY.bytes,
    REASSEMBLY.expiryMs,
  ]);
});

test('every kind has a vector', () => {
  expect(new Set(vectors.messages.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KIND_BYTES)));
});

test('the keys of the vectors come out of both key pairs', () => {
  const hex = (key: { export(): Buffer }) => key.export().toString('hex');
  expect(vectors.keys).toEqual({ stubToSession: hex(ofStub.send), sessionToStub: hex(ofStub.receive) });
  expect(vectors.keys).toEqual({ stubToSession: hex(ofSession.receive), sessionToStub: hex(ofSession.send) });
  expect(bytes(vectors.stub.publicKey)).toEqual(stub.publicKey);
  expect(bytes(vectors.session.publicKey)).toEqual(session.publicKey);
});

test.each(vectors.messages)('the frames of "$name" are read as its message', (vector) => {
  const drops = new DropCounter();
  const fromStub = vector.from === 'stub';
  const reassembler = new Reassembler({
    receiver: fromStub ? 'session' : 'stub',
    keyOf: () => (fromStub ? ofSession : ofStub).receive,
    drops,
  });
  const receptions = vector.frames.map((frame) => reassembler.accept(bytes(frame), vectors.functionArn, 0));
  expect(receptions.at(-1)).toEqual({
    status: 'complete',
    message: { kind: vector.kind, id: vector.id, meta: vector.meta, payload: bytes(vector.payload) },
    number: vector.number,
    publicKey: fromStub ? stub.publicKey : undefined,
  });
  expect(drops.total).toBe(0);
});

test.each(vectors.messages.filter(({ decodeOnly }) => !decodeOnly))(
  'the message "$name" is written as its frames',
  ({ kind, id, meta, payload, from, number, nonces, frames }) => {
    const drawn = nonces.values();
    const written = encodeMessage({ kind, id, meta, payload: bytes(payload) } as Message, {
      key: (from === 'stub' ? ofStub : ofSession).send,
      functionArn: vectors.functionArn,
      encodings: [],
      number,
      random: () => bytes(drawn.next().value ?? ''),
      ...(from === 'stub' ? { publicKey: stub.publicKey } : {}),
    });
    expect(written.map((frame) => frame.toString('hex'))).toEqual(frames);
  },
);

test('the topics of the vectors are topics', () => {
  for (const [type, topic] of Object.entries(vectors.topics))
    expect(parseTopic(topic)).toMatchObject({ type });
});

test('the retained messages of the vectors are read, and written again as they are', () => {
  for (const name of ['holder', 'observer', 'nobody']) {
    const presence = decodePresence(Buffer.from(vectors.retained[name] ?? ''));
    expect(presence && Buffer.from(encodePresence(presence)).toString()).toBe(vectors.retained[name]);
  }
  for (const name of ['online', 'offline']) {
    const state = decodeSessionState(Buffer.from(vectors.retained[name] ?? ''));
    expect(state && Buffer.from(encodeSessionState(state)).toString()).toBe(vectors.retained[name]);
  }
});

test('the block in the document is what the script makes', () => {
  // The compressed bytes belong to the zlib of the day they were made; they are read, above, not made again.
  const comparable = (all: Vectors) => ({
    ...all,
    messages: all.messages.map((each) => (each.name.includes('compressed') ? { ...each, frames: [] } : each)),
  });
  expect(comparable(vectors)).toEqual(JSON.parse(JSON.stringify(comparable(goldenVectors()))));
});
