import { expect, test } from 'vitest';
import { withLane } from './client-context.ts';

test.each([
  ['stays as it is for the default lane', { custom: { a: 1 } }, 'default', { custom: { a: 1 } }],
  ['stays absent without a lane', undefined, undefined, undefined],
  ['names a lane', undefined, 'ada', { custom: { 'x-llx-lane': 'ada' } }],
  [
    'keeps what it holds',
    { env: 1, custom: { a: 1 } },
    'ada',
    { env: 1, custom: { a: 1, 'x-llx-lane': 'ada' } },
  ],
  ['is made where it is no object', 'text', 'ada', { custom: { 'x-llx-lane': 'ada' } }],
])('a client context %s', (_, given, lane, expected) => {
  expect(withLane(given, lane)).toEqual(expected);
});
