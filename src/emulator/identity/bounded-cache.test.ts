import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('a value is made once while it is remembered; beyond the bound the oldest is forgotten', () => {
  const cache = new BoundedCache<string, string>(2);
  const made: string[] = [];
  const get = (key: string): string =>
    cache.get(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect(['a', 'b', 'a', 'c', 'b', 'a'].map(get)).toEqual(['A', 'B', 'A', 'C', 'B', 'A']);
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});
