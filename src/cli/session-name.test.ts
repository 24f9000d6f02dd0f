import { expect, test } from 'vitest';
import { isHolderName } from '../protocol/presence.ts';
import { sessionName } from './session-name.ts';

test('a session is named after its user and machine, in as many characters as a presence takes', () => {
  expect(
    sessionName(
      () => 'anna',
      () => 'laptop',
    ),
  ).toBe('anna@laptop');
  const long =
    sessionName(
      () => '🦊'.repeat(80),
      () => 'laptop',
    ) ?? '';
  expect(long).toBe('🦊'.repeat(64));
  expect(isHolderName(long)).toBe(true);
});

test('a system without a name for the user, and one with a name that no terminal should get, give none', () => {
  const unknown = (): string => {
    throw new Error('ENOENT');
  };
  expect(sessionName(unknown, () => 'laptop')).toBeUndefined();
  expect(
    sessionName(
      () => 'anna\u001b[31m',
      () => 'laptop',
    ),
  ).toBeUndefined();
});
