import { expect, test } from 'vitest';
import { connectionText } from './connection-text.ts';

test.each([
  [{ status: 'connecting', attempt: 1 }, 'connecting'],
  [{ status: 'connecting', attempt: 2 }, 'connecting, attempt 2'],
  [
    { status: 'connecting', attempt: 3, cause: new Error('connect ECONNREFUSED\u001b[2J') },
    'connecting, attempt 3: connect ECONNREFUSED␛[2J',
  ],
  [
    { status: 'connecting', attempt: 1, cause: new Error('The connection to the broker ended.') },
    'connecting, attempt 1: The connection to the broker ended',
  ],
  [{ status: 'connected', connection: 2 }, 'connected'],
  [{ status: 'closed' }, 'closed'],
] as const)('%j is "%s"', (state, expected) => {
  expect(connectionText(state)).toBe(expected);
});
