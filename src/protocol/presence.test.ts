import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENCODINGS } from './compression.ts';
import {
  decodePresence,
  decodeSessionState,
  describeHolder,
  encodePresence,
  encodeSessionState,
  type Holder,
  speaksOurVersion,
} from './presence.ts';

const PUBLIC_KEY = Buffer.alloc(32, 7);
const HOLDER: Holder = {
  sessionId: 's-1',
  publicKey: PUBLIC_KEY,
  protocol: { min: 1, max: 2 },
  encodings: ['zstd', 'deflate'],
  since: '2026-11-21T09:00:00.000Z',
};

/** The wire form of HOLDER with some keys replaced. */
function wire(changes: Record<string, unknown>): Uint8Array {
  const json: unknown = JSON.parse(Buffer.from(encodePresence(HOLDER)).toString());
  return Buffer.from(JSON.stringify({ ...(json as object), ...changes }));
}

test('a holder is read back as it was written', () => {
  expect(decodePresence(encodePresence(HOLDER))).toEqual(HOLDER);
});

test('nobody is said with a payload that is not empty', () => {
  const payload = encodePresence({ sessionId: null });
  expect(Buffer.from(payload).toString()).toBe('{"sessionId":null}');
  expect(decodePresence(payload)).toEqual({ sessionId: null });
});

test('keys and encodings of a newer session are ignored', () => {
  expect(decodePresence(wire({ shoeSize: 43, encodings: ['brotli', 'deflate'] }))).toEqual({
    ...HOLDER,
    encodings: ['deflate'],
  });
});

test.each(['anna@laptop', 'José García@büro', '安娜@笔记本', '🦊@'.repeat(32), 'a'.repeat(64)])(
  'the name %s is read back',
  (name) => {
    expect(decodePresence(encodePresence({ ...HOLDER, name }))).toEqual({ ...HOLDER, name });
  },
);

test('what a holder does beside serving is read back; words of a newer session are ignored', () => {
  const observer: Holder = { ...HOLDER, mode: 'observe', credentials: 'forward' };
  expect(decodePresence(encodePresence(observer))).toEqual(observer);
  expect(decodePresence(wire({ mode: 'replay', credentials: 'none' }))).toEqual(HOLDER);
});

test.each<Record<string, unknown>>([
  { mode: 1 },
  { credentials: true },
  { sessionId: 'a/b' },
  { sessionId: 7 },
  { publicKey: 'AAAA' },
  { publicKey: PUBLIC_KEY.toString('hex') },
  { protocol: { min: 1 } },
  { protocol: { min: 0, max: 1 } },
  { protocol: null },
  { encodings: 'zstd' },
  { since: 'yesterday' },
  { since: undefined },
  { name: '' },
  { name: 7 },
  { name: 'a'.repeat(65) },
  { name: 'anna\u001b[31m' },
  { name: 'anna\u202e@laptop' },
  { name: 'anna\u2028@laptop' },
  { name: 'anna\ud800' },
])('a presence with %j is none', (changes) => {
  expect(decodePresence(wire(changes))).toBeUndefined();
});

test('a session state is read back as it was written', () => {
  for (const state of ['online', 'offline'] as const) {
    expect(decodeSessionState(encodeSessionState({ state, connection: 3 }))).toEqual({
      state,
      connection: 3,
    });
  }
});

test.each([
  '{"state":"online"}',
  '{"state":"away","connection":1}',
  '{"state":"online","connection":1.5}',
  '{"state":"online","connection":"1"}',
  '{"__proto__":{"state":"online","connection":1}}',
])('%s is no session state', (json) => {
  expect(decodeSessionState(Buffer.from(json))).toBeUndefined();
});

test('arbitrary bytes and arbitrary JSON are neither, and never throw', () => {
  const payloads = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => Buffer.from(json)),
  );
  fc.assert(
    fc.property(payloads, (payload) => {
      expect(decodePresence(payload)).toBeUndefined();
      expect(decodeSessionState(payload)).toBeUndefined();
    }),
  );
});

test('more than 4 KiB is not read', () => {
  expect(decodePresence(wire({ note: 'x'.repeat(3000) }))).toEqual(HOLDER);
  expect(decodePresence(wire({ note: 'x'.repeat(4096) }))).toBeUndefined();
});

test('a session of this version describes itself so that this version understands it', () => {
  const since = new Date('2026-11-21T09:00:00.000Z');
  const holder = describeHolder({ sessionId: 's-1', publicKey: PUBLIC_KEY, since });
  expect(holder).toEqual({ ...HOLDER, protocol: { min: 1, max: 1 }, encodings: ENCODINGS });
  expect(
    describeHolder({
      sessionId: 's-1',
      publicKey: PUBLIC_KEY,
      since,
      name: 'anna@laptop',
      mode: 'observe',
      takesCredentials: true,
    }),
  ).toEqual({ ...holder, name: 'anna@laptop', mode: 'observe', credentials: 'forward' });
  expect(speaksOurVersion(holder)).toBe(true);
  expect(speaksOurVersion({ ...holder, protocol: { min: 2, max: 3 } })).toBe(false);
});
