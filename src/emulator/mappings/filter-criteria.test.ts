import { expect, test } from 'vitest';
import { compileFilters } from './filter-criteria.ts';
import type { SqsRecord } from './sqs-record.ts';

function record(body: string): SqsRecord {
  return {
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: { MessageGroupId: 'g' },
    messageAttributes: { kind: { stringValue: 'order', dataType: 'String' } },
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: 'us-east-1',
  };
}

test.each([
  [{ body: { a: ['x'] } }, '{"a":"x"}', true],
  [{ body: { a: ['x'] } }, '{"a":"y"}', false],
  [{ body: { a: ['x'] } }, 'plain text', false],
  [{ body: { a: [{ exists: false }] } }, 'plain text', false],
  [{ body: ['plain text'] }, 'plain text', true],
  [{ body: [{ prefix: 'plain' }] }, 'plain text', true],
  [{ body: [{ prefix: '{' }] }, '{"a":"x"}', false],
  [{ body: ['42'] }, '42', true],
  [{ body: [{ prefix: '{' }] }, '{broken', true],
  [{ attributes: { MessageGroupId: ['g'] } }, 'anything', true],
  [{ messageAttributes: { kind: { stringValue: ['order'] } } }, '{"a":1}', true],
  [{ $or: [{ body: { a: ['x'] } }, { body: { b: ['x'] } }] }, '{"b":"x"}', true],
])('%j on %s: %s', (pattern, body, expected) => {
  expect(compileFilters([JSON.stringify(pattern)])(record(body))).toBe(expected);
});

test('one of several patterns is enough, and none lets all through', () => {
  const patterns = ['x', 'y'].map((value) => JSON.stringify({ body: { a: [value] } }));
  expect(compileFilters(patterns)(record('{"a":"y"}'))).toBe(true);
  expect(compileFilters(patterns)(record('{"a":"z"}'))).toBe(false);
  expect(compileFilters([])(record('anything'))).toBe(true);
  expect(() => compileFilters(['not JSON'])).toThrow('expected the pattern to be JSON');
});
