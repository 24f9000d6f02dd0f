import { expect, test } from 'vitest';
import { checkJsonValues } from './json-values.ts';

const check = (text: string) => (): void => checkJsonValues(Buffer.from(text));

test.each([
  ['empty lists', `[${'[],'.repeat(600_000)}[]]`],
  ['numbers', `[${'1,'.repeat(600_000)}1]`],
  ['empty objects', `[${'{},'.repeat(600_000)}{}]`],
])('more values than any request has are refused: %s', (_what, text) => {
  expect(check(text)).toThrow(new RangeError('expected at most 500000 values'));
});

test('lists within lists are refused below a depth of a thousand', () => {
  const padding = `"${'x'.repeat(600_000)}"`;
  const nested = (depth: number): string =>
    `{"a":${'['.repeat(depth - 1)}${padding}${']'.repeat(depth - 1)}}`;
  expect(check(nested(1_000))).not.toThrow();
  expect(check(nested(1_001))).toThrow(new RangeError('expected a depth of at most 1000'));
});

test.each([
  ['what a text holds', '[],{}'.repeat(400_000)],
  ['quotes within a text', '",'.repeat(600_000)],
  ['backslashes at its end', `${'[,'.repeat(600_000)}\\`],
])('%s is no value', (_what, text) => {
  expect(check(JSON.stringify({ text, more: text }))).not.toThrow();
});

test.each(['"', '{"a', '[1,"\\"'])('what ends within a text (%s) is for the parser to refuse', (text) => {
  expect(check(' '.repeat(500_000) + text)).not.toThrow();
});
