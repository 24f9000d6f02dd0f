import { expect, test } from 'vitest';
import { LAMBDA } from '../../protocol/limits.ts';
import { checkConfig } from './check-config.ts';

const check = (record: unknown) =>
  checkConfig({ functions: { hello: { handler: 'src/hello.handler' } }, record });

test('rules of recording are taken as they are written', () => {
  const record = {
    emails: 'keep',
    names: ['x-tenant'],
    paths: ['body.customer.name', '**.iban'],
    patterns: ['TENANT-\\d+'],
    keep: ['token'],
    maximumBytes: 10_000,
  };
  expect(check(record)).toMatchObject({ problems: [], config: { record } });
});

test.each([
  [{ emails: 'hash' }, "record.emails: expected 'replace' or 'keep', found \"hash\"."],
  [
    { paths: ['a..b'] },
    'record.paths[0]: expected a path such as body.customer.name, Records[*].body or **.iban, found "a..b".',
  ],
  [
    { patterns: ['('] },
    'record.patterns[0]: expected a regular expression that does not fit an empty text, found "(".',
  ],
  [
    { patterns: ['x*'] },
    'record.patterns[0]: expected a regular expression that does not fit an empty text, found "x*".',
  ],
  [
    { maximumBytes: 0 },
    `record.maximumBytes: expected a whole number from 1 to ${2 * LAMBDA.responseBytes} (bytes), found the number 0.`,
  ],
  [
    { mails: 'keep' },
    'record.mails: expected one of emails, names, paths, patterns, keep, maximumBytes, found an unknown key. Did you mean emails?',
  ],
])('%j is told', (record, problem) => {
  expect(check(record).problems).toEqual([problem]);
});
