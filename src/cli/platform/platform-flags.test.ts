import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { keyValue } from './key-value.ts';
import { aliasName, functionName, percent, versionNumber } from './platform-flags.ts';

test('names, versions and shares are what Lambda takes', () => {
  expect([functionName('greet_1-a'), aliasName('live'), versionNumber('12')]).toEqual([
    'greet_1-a',
    'live',
    '12',
  ]);
  expect([percent('10'), percent('2.5%'), percent('0'), percent('100 %')]).toEqual([0.1, 0.025, 0, 1]);
});

test.each([
  [functionName, ''],
  [functionName, 'arn:aws:lambda:us-east-1:1:function:greet'],
  [functionName, 'a'.repeat(65)],
  [aliasName, '12'],
  [aliasName, 'a b'],
  [versionNumber, '$LATEST'],
  [versionNumber, '0'],
  [percent, ''],
  [percent, '101'],
  [percent, 'ten'],
])('%o refuses "%s"', (check, text) => {
  expect(() => check(text)).toThrow(InvalidArgumentError);
});

test('variables are gathered, may hold = and may be taken from the shell', () => {
  const first = keyValue('STAGE=prod', {}, {});
  const second = keyValue('URL=http://x?a=b', first, {});
  expect(keyValue('TOKEN', second, { TOKEN: 'of the shell' })).toEqual({
    STAGE: 'prod',
    URL: 'http://x?a=b',
    TOKEN: 'of the shell',
  });
  expect(keyValue('EMPTY=', {}, {})).toEqual({ EMPTY: '' });
});

test('a wrong variable is refused without its text, which may be a secret', () => {
  expect(() => keyValue('1=secret', {}, {})).toThrow(
    'Expected NAME=VALUE with a name of two or more of A-Z, a-z, 0-9 and _.',
  );
  expect(() => keyValue('MISSING', {}, {})).toThrow('Expected a variable MISSING in this shell, found none.');
});
