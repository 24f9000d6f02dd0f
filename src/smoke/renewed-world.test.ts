import { expect, test } from 'vitest';
import { caseOf, FakeWorlds, run } from './worlds.test-support.ts';

test('an invocation that is given up is left in its world, and its retry and the next case have a fresh one', async () => {
  const seen: string[] = [];
  const worlds = new FakeWorlds({
    a: (event, { signal }) =>
      new Promise((done, fail) => {
        const { name } = event as { readonly name: string };
        seen.push(`${name} in ${worlds.started.length}, closed ${worlds.closed.length}`);
        signal?.addEventListener('abort', () => fail(signal.reason));
        if (seen.length !== 1) done(1);
      }),
  });
  const results = await run([caseOf('a/1'), caseOf('a/2')], worlds, {
    timeoutMs: 50,
    retries: 1,
    concurrency: 1,
  });
  expect(results.map(({ status, attempts }) => [status, attempts])).toEqual([
    ['passed', 2],
    ['passed', 1],
  ]);
  expect(seen).toEqual(['a/1 in 1, closed 0', 'a/1 in 2, closed 1', 'a/2 in 2, closed 1']);
  expect(worlds.open).toBe(0);
});
