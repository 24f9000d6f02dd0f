import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBody, encodeBody, META_BYTES, MessageTooLargeError } from './body.ts';
import { LAMBDA, MESSAGE_BYTES } from './limits.ts';
import { KIND_BYTES, type Kind, type Message } from './message.ts';
import type { MetaOf } from './meta.ts';

const ID = '000102030405060708090a0b0c0d0e0f';
const KINDS = Object.keys(KIND_BYTES) as Kind[];

function raw(meta: string | Buffer, payload = ''): Buffer {
  const json = Buffer.from(meta);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.byteLength);
  return Buffer.concat([length, json, Buffer.from(payload)]);
}

const text = fc.string({ unit: 'binary' });
const duration = fc.double({ min: 0, max: 2 ** 31 - 1, noNaN: true, noDefaultInfinity: true }).map(Math.abs);
// JSON has no negative zero, and clientContext is whatever the caller's JSON was.
const json = fc.json().map((source): unknown => JSON.parse(JSON.stringify(JSON.parse(source))));

const token = fc.string({ minLength: 1, maxLength: 64 });

const invocation = {
  requestId: text,
  invokedFunctionArn: text,
  functionName: text,
  functionVersion: text,
  memoryLimitInMB: text,
  logGroupName: text,
  logStreamName: text,
  lane: fc.stringMatching(/^[a-z0-9-]{1,32}$/),
  clientContext: json,
  identity: json,
  traceId: text,
};
const requiredOfInvocation = [
  'requestId',
  'invokedFunctionArn',
  'functionName',
  'functionVersion',
  'memoryLimitInMB',
  'logGroupName',
  'logStreamName',
  'lane',
] as const;

const offer = fc.record<MetaOf<'offer'>, keyof MetaOf<'offer'>>(
  {
    ...invocation,
    remainingMs: duration,
    streaming: fc.boolean(),
    claimTimeoutMs: duration,
    encodings: fc.subarray(['zstd' as const, 'deflate' as const]),
    credentials: fc.record(
      {
        accessKeyId: token,
        secretAccessKey: token,
        sessionToken: token,
        expiresInMs: duration,
      },
      { requiredKeys: ['accessKeyId', 'secretAccessKey', 'sessionToken'] },
    ),
  },
  { requiredKeys: [...requiredOfInvocation, 'remainingMs', 'claimTimeoutMs', 'encodings'] },
);
const observe = fc.record<MetaOf<'observe'>, keyof MetaOf<'observe'>>(
  {
    ...invocation,
    failed: fc.boolean(),
    eventBytes: fc.nat(),
    durationMs: duration,
    streamed: fc.boolean(),
    answerBytes: fc.nat(),
  },
  { requiredKeys: [...requiredOfInvocation, 'failed', 'eventBytes', 'durationMs'] },
);
const answer = fc.record<MetaOf<'result'>, keyof MetaOf<'result'>>(
  {
    durationMs: duration,
    initMs: duration,
    maxMemoryMb: fc.nat(),
    logs: fc.array(text),
    logsLeftOut: fc.nat(),
  },
  { requiredKeys: ['durationMs', 'logs'] },
);
const beat = fc.record({ beatIntervalMs: duration });
const nothing = fc.constant({});

const metas: { readonly [K in Kind]: fc.Arbitrary<MetaOf<K>> } = {
  offer,
  claim: beat,
  beat,
  result: answer,
  error: answer,
  withdraw: nothing,
  refuse: fc.record({ code: text, message: text }),
  cancel: nothing,
  query: nothing,
  missing: fc.record({
    kind: fc.constantFrom(...KINDS),
    number: fc.nat(2 ** 32 - 1),
    sequences: fc.array(fc.nat(255)),
  }),
  credit: fc.record({ bytes: fc.nat(2 ** 40) }),
  chunk: nothing,
  end: fc.tuple(answer, fc.boolean()).map(([meta, failed]) => ({ ...meta, failed })),
  unknown: nothing,
  observe,
};

describe.each(KINDS)('%s', (kind) => {
  test('is read back as it was written, with any payload', () => {
    fc.assert(
      fc.property<[unknown, Uint8Array]>(metas[kind], fc.uint8Array(), (meta, bytes) => {
        const message = { kind, id: ID, meta, payload: Buffer.from(bytes) } as Message;
        expect(decodeBody(kind, ID, encodeBody(message))).toEqual(message);
      }),
    );
  });

  test('is not read from a meta of any other shape', () => {
    for (const meta of ['null', '[]', '7', '"text"', '', '{', '\ufeff{}']) {
      expect(decodeBody(kind, ID, raw(meta))).toBeUndefined();
    }
  });

  test('loses its meaning when a required key is left out or of another type', () => {
    const [sample] = fc.sample<object>(metas[kind], { numRuns: 1, seed: 1 });
    for (const key of Object.keys(sample ?? {})) {
      if (key === 'clientContext' || key === 'identity') continue;
      const other = { ...sample, [key]: { wrong: true } };
      expect([key, decodeBody(kind, ID, raw(JSON.stringify(other)))]).toEqual([key, undefined]);
    }
  });
});

test('keys that this version does not know are left out', () => {
  const body = raw('{"code":"A","message":"b","colour":"red","__proto__":{"code":1}}');
  expect(decodeBody('refuse', ID, body)).toEqual({
    kind: 'refuse',
    id: ID,
    meta: { code: 'A', message: 'b' },
    payload: Buffer.alloc(0),
  });
});

test.each([
  { accessKeyId: 'ASIA', secretAccessKey: 'x' },
  { accessKeyId: 'ASIA', secretAccessKey: 'x', sessionToken: '' },
  { accessKeyId: 'ASIA', secretAccessKey: 'x', sessionToken: 'x'.repeat(8193) },
  { accessKeyId: 'ASIA', secretAccessKey: 'x', sessionToken: 'x', expiresInMs: -1 },
])('an offer whose credentials cannot be any is none: %j', (credentials) => {
  const [meta] = fc.sample(offer, { numRuns: 1, seed: 1 });
  expect(decodeBody('offer', ID, raw(JSON.stringify({ ...meta, credentials })))).toBeUndefined();
});

test('encodings that this version does not know are left out', () => {
  const [meta] = fc.sample(offer, { numRuns: 1, seed: 1 });
  const body = raw(JSON.stringify({ ...meta, encodings: ['brotli', 'zstd'] }));
  expect(decodeBody('offer', ID, body)?.meta).toEqual({ ...meta, encodings: ['zstd'] });
});

test.each([
  '{"beatIntervalMs":-1}',
  '{"beatIntervalMs":2147483648}',
  '{"beatIntervalMs":null}',
  '{"beatIntervalMs":"1500"}',
])('a duration that no timer can wait is refused: %s', (meta) => {
  expect(decodeBody('beat', ID, raw(meta))).toBeUndefined();
});

test('missing frames beyond those that a message can have are refused', () => {
  const meta = (sequences: readonly number[]) => raw(JSON.stringify({ kind: 'offer', number: 0, sequences }));
  expect(decodeBody('missing', ID, meta([255]))?.meta).toEqual({
    kind: 'offer',
    number: 0,
    sequences: [255],
  });
  expect(decodeBody('missing', ID, meta([256]))).toBeUndefined();
  expect(decodeBody('missing', ID, meta(Array.from({ length: 257 }, () => 0)))).toBeUndefined();
  expect(decodeBody('missing', ID, raw('{"kind":"toString","number":0,"sequences":[]}'))).toBeUndefined();
});

test('a length beyond the body, or no length at all, is refused', () => {
  const body = raw('{}');
  expect(decodeBody('query', ID, body)).toBeDefined();
  for (let length = 0; length < body.byteLength; length++) {
    expect(decodeBody('query', ID, body.subarray(0, length))).toBeUndefined();
  }
});

test('arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.uint8Array(), (kind, bytes) => {
      expect(decodeBody(kind, ID, bytes)).toBeUndefined();
    }),
  );
});

function result(logs: readonly string[], payloadBytes: number): Message {
  return { kind: 'result', id: ID, meta: { durationMs: 1, logs }, payload: new Uint8Array(payloadBytes) };
}

test('the largest answer that Lambda allows fits beside the largest meta', () => {
  const overhead = Buffer.byteLength(JSON.stringify({ durationMs: 1, logs: [''] }));
  const largest = 'x'.repeat(META_BYTES - overhead);
  expect(encodeBody(result([largest], LAMBDA.responseBytes)).byteLength).toBe(MESSAGE_BYTES);
  expect(() => encodeBody(result([`${largest}x`], 0))).toThrow(MessageTooLargeError);
});

test('a payload beyond the bound is refused by the sender', () => {
  expect(() => encodeBody(result([], MESSAGE_BYTES))).toThrowErrorMatchingInlineSnapshot(
    `[MessageTooLargeError: Expected result of at most 6815844 bytes, got 6815874]`,
  );
});
