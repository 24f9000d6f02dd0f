import { expect, test } from 'vitest';
import { heldTexts, laneHeld } from './held-lanes.ts';

const since = new Date(2026, 0, 2, 11, 0, 0).toISOString();
const anna = { sessionId: 's-1', since, name: 'anna@laptop' };
const bob = { sessionId: 's-2', since };
const held = [
  { functionName: 'orders', by: anna },
  { functionName: 'carts', by: bob },
  { functionName: 'bills', by: anna },
];

test('lanes that one session holds are one line', () => {
  expect(heldTexts('default', held)).toEqual([
    'The lane default of bills, orders is held by anna@laptop (session s-1) since 2026-01-02 11:00:00. To take it: --takeover',
    'The lane default of carts is held by session s-2 since 2026-01-02 11:00:00. To take it: --takeover',
  ]);
  expect(heldTexts('default', [])).toEqual([]);
});

test('where all are held, the error names each session once', () => {
  expect(laneHeld('default', held)).toMatchObject({
    code: 'LLX_LANE_HELD',
    message:
      'Expected the lane default to be free, found that it is held by anna@laptop (session s-1) since 2026-01-02 11:00:00, and by session s-2 since 2026-01-02 11:00:00.',
  });
});
