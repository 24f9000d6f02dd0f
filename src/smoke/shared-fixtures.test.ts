import { expect, test } from 'vitest';
import type { CaseResult } from './case-result.ts';
import { caseOf, FakeWorlds, run } from './worlds.test-support.ts';

test('what a fixture of several functions expects anew holds for those that were as expected before, too', async () => {
  const worlds = new FakeWorlds({ a: () => 1, b: () => 2, c: () => 2 });
  const shared = (functionName: string) => ({ ...caseOf('x/1', { answer: 1 }), functionName });
  const told: CaseResult[] = [];
  const cases = ['a', 'b', 'c'].map(shared);
  const results = await run(cases, worlds, {
    concurrency: 1,
    update: async ({ functionName }, { answer }) => ({
      expectation: { answer },
      written: functionName === 'b',
    }),
    onResult: (result) => told.push(result),
  });
  expect(results.map(({ status, updated }) => [status, updated])).toEqual([
    ['failed', false],
    ['passed', true],
    ['passed', false],
  ]);
  expect(results[0]).toMatchObject({
    problem: 'Its fixture was written anew: it expects what b does now.',
    mismatches: [{ path: '', expected: '2', found: '1' }],
    expectation: { answer: 2 },
  });
  expect(told).toEqual(results);
});
