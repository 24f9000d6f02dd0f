import { expect, test } from 'vitest';
import { newInvocationId, pooledRandom } from './random.ts';

test('bytes are drawn in order and never twice, over refills of the pool', () => {
  let fills = 0;
  const random = pooledRandom((pool) => {
    fills += 1;
    for (let index = 0; index < pool.byteLength; index += 4) {
      pool.set([fills, index >>> 16, (index >>> 8) & 0xff, index & 0xff], index);
    }
  });
  const drawn = Array.from({ length: 2000 }, () => Buffer.from(random(12)).toString('hex'));
  expect(new Set(drawn).size).toBe(2000);
  expect(fills).toBeGreaterThan(1);
});

test('bytes that were handed out do not change when the pool is filled again', () => {
  const random = pooledRandom();
  const first = random(12);
  const copy = Buffer.from(first);
  for (let draw = 0; draw < 1000; draw++) random(12);
  expect(Buffer.from(first)).toEqual(copy);
});

test('more than the pool holds can be drawn at once', () => {
  expect(pooledRandom()(10_000)).toHaveLength(10_000);
});

test('an invocation id is 16 bytes in hex, and new each time', () => {
  const ids = Array.from({ length: 100 }, () => newInvocationId());
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(100);
});
