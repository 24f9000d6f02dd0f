import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plainBody } from './content-encoding.ts';

test('a compressed body is inflated, any other is as it came', () => {
  const text = Buffer.from('{"Namespace":"App"}');
  expect(plainBody(gzipSync(text), 'gzip')).toEqual(text);
  expect(plainBody(text, undefined)).toBe(text);
  expect(plainBody(text, 'aws-chunked')).toBe(text);
});

test('a body that inflates to too much, or is no gzip data, is refused', () => {
  const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
  expect(() => plainBody(bomb, 'gzip')).toThrow(expect.objectContaining({ statusCode: 413 }));
  expect(() => plainBody(Buffer.from('{}'), 'gzip')).toThrow(expect.objectContaining({ statusCode: 400 }));
});
