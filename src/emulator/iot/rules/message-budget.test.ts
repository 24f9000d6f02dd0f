import { expect, test } from 'vitest';
import { MessageBudget } from './message-budget.ts';

const KEY = 'The IoT rule hot leaves out messages of the client sensor';

test('what one client sends a rule beyond 1,000 within ten seconds is left out, told once, and counted', () => {
  const notices: string[] = [];
  const budget = new MessageBudget((text) => notices.push(text));
  const taken = (at: number, count: number) =>
    Array.from({ length: count }, () => budget.take('hot', 'sensor', at)).filter(Boolean).length;
  expect(taken(0, 1_003)).toBe(1_000);
  expect(budget.take('hot', 'other', 9_999)).toBe(true);
  expect(budget.take('cold', 'sensor', 9_999)).toBe(true);
  expect(taken(10_000, 1_004)).toBe(1_000);
  expect(notices).toEqual([
    `${KEY}: more than 1000 within 10 seconds. Does what the rule invokes publish on its topic?`,
  ]);
  expect(taken(20_000, 1)).toBe(1);
  expect(taken(30_000, 1)).toBe(1);
  expect(notices.slice(1)).toEqual([`${KEY}: 7 in all.`]);
});
