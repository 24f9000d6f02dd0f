import { expect, test } from 'vitest';
import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { ObservedCall } from '../fixtures/expect/observed.ts';
import { runCase } from './run-case.ts';
import type { World, WorldInvokeOptions } from './world.ts';

const PUBLISHED: ObservedCall = { type: 'publish', topic: 'orders/new', payload: Buffer.from('1') };
const EXPECTED: Expectation = { calls: [{ publish: { topic: 'orders/new' } }], callsExactly: true };

/** Runs a case, and gives what its world was asked for. */
async function run(
  expectation: Expectation | undefined,
  arrivingOf: (options: WorldInvokeOptions) => readonly ObservedCall[],
) {
  const asked: WorldInvokeOptions[] = [];
  const world: World = {
    async invoke(_functionName, _event, options) {
      asked.push(options);
      return { answer: null, logs: [], calls: arrivingOf(options), durationMs: 1 };
    },
    close: async () => {},
  };
  const named = { name: 'orders/one', file: '/orders/one.json' };
  const fixture = { ...named, event: {}, ...(expectation === undefined ? {} : { expect: expectation }) };
  let time = 0;
  // Each look at the clock is 20 ms later.
  const options = { retries: 0, timeoutMs: 10_000, now: () => (time += 20) };
  const { signal } = new AbortController();
  const { status } = await runCase({ ...named, functionName: 'orders', fixture }, world, options, signal);
  return { status, asked };
}

/** The calls that are seen by when no more are waited for; `late` comes when that was asked twice. */
function seen({ until }: WorldInvokeOptions, late: readonly ObservedCall[]): readonly ObservedCall[] {
  const made = [PUBLISHED];
  for (let looks = 1; until?.(made) === false; looks += 1) if (looks === 2) made.push(...late);
  return made;
}

test('calls that are expected are waited for: a message may come after the answer', async () => {
  const { status } = await run(EXPECTED, (options) => {
    const { until } = options;
    expect([until?.([]), until?.([{ ...PUBLISHED, topic: 'others' }])]).toEqual([false, false]);
    return seen(options, []);
  });
  expect(status).toBe('passed');
});

test('a message more that comes late is seen, where it is too much or would be the next case’s', async () => {
  const late = [{ ...PUBLISHED, topic: 'orders/late' }];
  const { calls = [] } = EXPECTED;
  const statuses = [EXPECTED, { callsExactly: true }, { calls }].map(async (expectation) => {
    let made: readonly ObservedCall[] = [];
    const { status } = await run(expectation, (options) => {
      made = seen(options, late);
      return made;
    });
    return [status, made.length];
  });
  expect(await Promise.all(statuses)).toEqual([
    ['failed', 2],
    ['failed', 2],
    ['passed', 2],
  ]);
});

test('where none is expected nothing is waited for', async () => {
  for (const expectation of [undefined, { answer: null }, { calls: [] }]) {
    const { status, asked } = await run(expectation, () => []);
    expect([status, asked[0]?.until]).toEqual(['passed', undefined]);
  }
});
