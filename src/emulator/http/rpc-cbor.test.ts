import { cbor, tag } from '@smithy/core/cbor';
import { expect, test } from 'vitest';
import { RPC_CBOR } from './rpc-cbor.ts';

test('timestamps are understood, beside texts and bytes that look like tags', () => {
  const body = cbor.serialize({
    when: tag({ tag: 1, value: 1795253400.5 }),
    text: 'é Â 𝄞'.repeat(100),
    bytes: Buffer.alloc(300, 0xc2),
    list: [1e300, -5, null, true],
  });
  expect(RPC_CBOR.decode(body)).toMatchObject({ when: 1795253400.5, list: [1e300, -5, null, true] });
});

test.each([
  ['a number of four megabytes', [0xa1, 0x61, 0x61, 0xc2, 0x5a, 0, 0x40, 0, 0]],
  ['one whose tag has a byte of its own', [0xa1, 0x61, 0x61, 0xd8, 0x02, 0x5a, 0, 0x40, 0, 0]],
])('%s is refused at once', (_what, head) => {
  const body = Buffer.concat([Buffer.from(head), Buffer.alloc(0x40_00_00, 0xff)]);
  expect(() => RPC_CBOR.decode(body)).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'SerializationException' }),
  );
});

test.each([
  ['an argument that is cut off', [0x1b, 0]],
  ['a text that is cut off', [0x7a, 0x7f, 0xff, 0xff, 0xff]],
  ['a depth of a million', Array.from<number>({ length: 1_000_000 }).fill(0x81)],
  ['a million empty lists', [0x9f, ...Array.from<number>({ length: 1_000_000 }).fill(0x80), 0xff]],
  ['a list of more items than there are bytes', [0xa1, 0x61, 0x61, 0x9a, 0x00, 0x5b, 0x8d, 0x80]],
  [
    'lists that have more items together than there are bytes',
    [0x9f, ...Array.from({ length: 100_000 }, () => [0x9a, 0, 4, 0, 0]).flat()],
  ],
])('%s is refused', (_what, bytes) => {
  expect(() => RPC_CBOR.decode(Buffer.from(bytes))).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'SerializationException' }),
  );
});

test('the largest request that there is, metrics with all their values, is understood', () => {
  const Values = Array.from({ length: 150 }, (_, index) => index);
  const MetricData = Array.from({ length: 1_000 }, () => ({ MetricName: 'm', Values, Counts: Values }));
  expect(RPC_CBOR.decode(cbor.serialize({ MetricData }))).toEqual({ MetricData });
});
