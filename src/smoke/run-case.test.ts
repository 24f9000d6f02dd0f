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
  const options = { retries: 0, timeoutMs: 10_000 };
  const { signal } = new AbortController();
  const { status } = await runCase({ ...named, functionName: 'orders', fixture }, world, options, signal);
  return { status, asked };
}

test('calls that are expected are waited for: a message may come after the answer', async () => {
  const { status } = await run(EXPECTED, ({ until }) => {
    expect([until?.([]), until?.([{ ...PUBLISHED, topic: 'others' }])]).toEqual([false, false]);
    return until?.([PUBLISHED]) === true ? [PUBLISHED] : [];
  });
  expect(status).toBe('passed');
});

test('where none is expected nothing is waited for', async () => {
  for (const expectation of [undefined, { answer: null }, { callsExactly: true }, { calls: [] }]) {
    const { status, asked } = await run(expectation, () => []);
    expect([status, asked[0]?.until]).toEqual(['passed', undefined]);
  }
});
