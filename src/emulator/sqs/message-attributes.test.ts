import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attributesBytes,
  attributesDigest,
  parseMessageAttributes,
  parseTraceHeader,
  selectAttributes,
} from './message-attributes.ts';

describe('the digest of message attributes', () => {
  test('is what AWS gives for a number', () => {
    const timestamp = { DataType: 'Number', StringValue: '1493147359900' };
    expect(attributesDigest({ timestamp })).toBe('235c5c510d26fb653d073faed50ae77c');
  });

  test('does not depend on their order, and tells a text from the same bytes as binary', () => {
    const a = { DataType: 'String', StringValue: 'x' };
    const b = { DataType: 'Binary', BinaryValue: 'eA==' };
    expect(attributesDigest({ a, b })).toBe(attributesDigest({ b, a }));
    expect(attributesDigest({ a })).not.toBe(attributesDigest({ a: { ...a, DataType: 'Binary' } }));
    expect(attributesDigest({ a })).not.toBe(attributesDigest({ a: b }));
  });
});

describe('message attributes', () => {
  test('keep name, type with its label, and value', () => {
    const input = {
      'trace.id': { DataType: 'String.uuid', StringValue: 'ä', Other: 1 },
      count: { DataType: 'Number', StringValue: '1e3' },
      image: { DataType: 'Binary.png', BinaryValue: 'AQID' },
    };
    expect(parseMessageAttributes(input)).toEqual({
      'trace.id': { DataType: 'String.uuid', StringValue: 'ä' },
      count: { DataType: 'Number', StringValue: '1e3' },
      image: { DataType: 'Binary.png', BinaryValue: 'AQID' },
    });
    expect(parseMessageAttributes(undefined)).toBeUndefined();
    expect(parseMessageAttributes({})).toBeUndefined();
  });

  test.each([
    ['.a', { DataType: 'String', StringValue: 'x' }],
    ['a..b', { DataType: 'String', StringValue: 'x' }],
    ['AWS.a', { DataType: 'String', StringValue: 'x' }],
    ['a b', { DataType: 'String', StringValue: 'x' }],
    ['a', { DataType: 'Text', StringValue: 'x' }],
    ['a', { DataType: 'String', StringValue: '' }],
    ['a', { DataType: 'Binary', StringValue: 'x' }],
    ['a', { DataType: 'Number', StringValue: 'x' }],
    ['a', 'x'],
  ])('refuse %s as %j', (name, value) => {
    expect(() => parseMessageAttributes({ [name]: value })).toThrow('InvalidParameterValueException');
  });

  test('are ten at most', () => {
    const of = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }]),
      );
    expect(Object.keys(parseMessageAttributes(of(10)) ?? {})).toHaveLength(10);
    expect(() => parseMessageAttributes(of(11))).toThrow('exceeds the allowed maximum [10]');
  });

  test('count with name, type and value, in bytes', () => {
    expect(attributesBytes({ ä: { DataType: 'String', StringValue: 'ö' } })).toBe(2 + 6 + 2);
    expect(attributesBytes({ a: { DataType: 'Binary', BinaryValue: 'AQID' } })).toBe(1 + 6 + 3);
    expect(attributesBytes(undefined)).toBe(0);
  });

  test('are given by name, by prefix, or all', () => {
    const attribute = { DataType: 'String', StringValue: 'x' };
    const all = { 'trace.id': attribute, 'trace.parent': attribute, other: attribute };
    expect(selectAttributes(all, [])).toBeUndefined();
    expect(selectAttributes(all, ['All'])).toEqual(all);
    expect(selectAttributes(all, ['.*'])).toEqual(all);
    expect(Object.keys(selectAttributes(all, ['trace.*']) ?? {})).toEqual(['trace.id', 'trace.parent']);
    expect(Object.keys(selectAttributes(all, ['other']) ?? {})).toEqual(['other']);
    expect(selectAttributes(all, ['missing'])).toBeUndefined();
  });

  test('of any form are understood or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        try {
          parseMessageAttributes(input);
        } catch (error) {
          expect(error).toMatchObject({ name: 'AwsError', statusCode: 400 });
        }
      }),
    );
  });
});

test('only the trace header may be set as a system attribute', () => {
  const AWSTraceHeader = { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' };
  expect(parseTraceHeader({ AWSTraceHeader })).toBe(AWSTraceHeader.StringValue);
  expect(() => parseTraceHeader({ SenderId: AWSTraceHeader })).toThrow('Only AWSTraceHeader is.');
});
