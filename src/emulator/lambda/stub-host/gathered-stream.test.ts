import { expect, test } from 'vitest';
import { LAMBDA } from '../../../protocol/limits.ts';
import { GatheredStream } from './gathered-stream.ts';

test('pieces up to the limit are one answer, in order', () => {
  const stream = new GatheredStream(6);
  for (const text of ['ab', '', 'cd', 'ef']) stream.add(Buffer.from(text));
  expect(stream.bytes()).toEqual(Buffer.from('abcdef'));
});

test('no piece at all is an empty answer', () => {
  expect(new GatheredStream().bytes()).toEqual(Buffer.alloc(0));
});

test('one byte above the limit is no answer, and stays none', () => {
  const stream = new GatheredStream(6);
  for (const text of ['abcdef', 'g', '']) stream.add(Buffer.from(text));
  expect(stream.bytes()).toBeUndefined();
});

test('the limit is Lambda’s', () => {
  const stream = new GatheredStream();
  stream.add(new Uint8Array(LAMBDA.responseBytes));
  expect(stream.bytes()).toHaveLength(LAMBDA.responseBytes);
  stream.add(new Uint8Array(1));
  expect(stream.bytes()).toBeUndefined();
});
