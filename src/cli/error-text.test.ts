import { expect, test } from 'vitest';
import { LlxError } from '../errors/llx-error.ts';
import { errorText } from './error-text.ts';

const CAUSE = new Error('connect ECONNREFUSED 127.0.0.1:4566');

test('an error is its code, what was expected and found, why, and what mends it', () => {
  const error = new LlxError('LLX_UNREACHABLE', {
    message: 'Expected an emulator, found none.',
    mend: 'llx emulator\nOr: --endpoint URL',
    cause: CAUSE,
  });
  expect(errorText(error)).toBe(
    [
      'LLX_UNREACHABLE: Expected an emulator, found none.',
      '  because: connect ECONNREFUSED 127.0.0.1:4566',
      '',
      '  llx emulator',
      '  Or: --endpoint URL',
    ].join('\n'),
  );
});

test('a cause that the message tells already is not told again', () => {
  const error = new LlxError('LLX_UNREACHABLE', {
    message: `Expected an emulator, found: ${CAUSE.message}`,
    mend: 'llx emulator',
    cause: CAUSE,
  });
  expect(errorText(error)).toBe(
    'LLX_UNREACHABLE: Expected an emulator, found: connect ECONNREFUSED 127.0.0.1:4566\n\n  llx emulator',
  );
});
