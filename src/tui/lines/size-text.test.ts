import { expect, test } from 'vitest';
import { shortSizeText, sizeText } from './size-text.ts';

test.each([
  [0, '0 B', '0B'],
  [999, '999 B', '999B'],
  [1_000, '1000 B', '1.0k'],
  [1_536, '1.5 KiB', '1.5k'],
  [10_189, '10.0 KiB', '10k'],
  [1_022_976, '999 KiB', '999k'],
  [1_023_000, '999 KiB', '999k'],
  [1_024_000, '1000 KiB', '1.0M'],
  [6_291_456, '6.0 MiB', '6.0M'],
  [209_715_200, '200 MiB', '200M'],
])('%i bytes are %s, or %s in four columns', (bytes, text, short) => {
  expect([sizeText(bytes), shortSizeText(bytes)]).toEqual([text, short]);
});
