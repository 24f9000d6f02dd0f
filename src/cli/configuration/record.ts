import { type Check, integer, list, object, text } from '../../checks/check.ts';
import { parsePath } from '../../fixtures/path-text.ts';
import type { RecordConfig } from '../../fixtures/record/record-config.ts';
import { LAMBDA } from '../../protocol/limits.ts';

const LONGEST_PATTERN = 1_000;

const name = text('a name such as x-tenant, or a pattern with *', (written) => written !== '');

const path = text(
  'a path such as body.customer.name, Records[*].body or **.iban',
  (written) => parsePath(written) !== undefined,
);

const pattern = text('a regular expression that does not fit an empty text', (written) => {
  if (written.length > LONGEST_PATTERN) return false;
  try {
    return !new RegExp(written).test('');
  } catch {
    // What is wrong with it is in the message as it was written.
    return false;
  }
});

const notEmails = text("'replace' or 'keep'", () => false);

const emails: Check<'replace' | 'keep'> = (written, at, problems) => {
  if (written === 'replace' || written === 'keep') return written;
  notEmails(written, at, problems);
  return undefined;
};

/** `record`: how invocations become fixtures. */
export const recordRules: Check<RecordConfig> = object(
  {
    emails,
    names: list(name, 'a list of names'),
    paths: list(path, 'a list of paths'),
    patterns: list(pattern, 'a list of regular expressions'),
    keep: list(name, 'a list of names'),
    maximumBytes: integer(1, 2 * LAMBDA.responseBytes, ' (bytes)'),
  },
  "an object such as { names: ['x-tenant'] }",
);
