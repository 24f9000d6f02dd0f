import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channelFor } from './channel/create-channel.ts';
import type { FixedValues } from './invocation.ts';
import { hasRuntimeClient, makeBarePython, pythonVersion } from './python.test-support.ts';
import { invoke, TestWorkers } from './worker.test-support.ts';
import type { Worker } from './worker.ts';

const INSTANT = '2020-02-03T04:05:06.789Z';
const epochMs = Date.parse(INSTANT);

const workers = new TestWorkers();
let worker: Worker;

beforeAll(async () => {
  worker = await workers.load('fixed.mjs.answer', { fixable: true });
});
afterAll(() => workers.close());

/** What a handler answers to invocations in one process, one after the other. */
async function answers(
  name: 'draw' | 'tell' | 'now' | 'misuse',
  fixed: readonly FixedValues[],
  runner = worker,
): Promise<readonly unknown[]> {
  const given: unknown[] = [];
  for (const one of fixed) given.push((await invoke(runner, { case: name }, { fixed: one })).answer);
  return given;
}

describe('a seed', () => {
  test('decides whatever a handler draws, anew for each invocation, in whichever process', async () => {
    const [first, other, again] = await answers('draw', [{ seed: 7 }, { seed: 8 }, { seed: 7 }]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const another = await workers.load('fixed.mjs.answer', { fixable: true });
    expect(await answers('draw', [{ seed: 7 }], another)).toEqual([first]);
    expect(first).toMatchObject({
      math: [expect.toSatisfy(isFraction), expect.toSatisfy(isFraction)],
      uuids: Array.from({ length: 3 }, () =>
        expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab]/),
      ),
      filled: [0, expect.any(Number), expect.any(Number), 0],
      offset: [1, expect.any(Number), expect.any(Number), 1],
      integers: [
        expect.toSatisfy(isBelow(10)),
        expect.toSatisfy(isBelow(1_000_000)),
        expect.toSatisfy(isBelow(3)),
      ],
    });
  });

  test('draws nothing twice within an invocation', async () => {
    const [drawn] = await answers('draw', [{ seed: 7 }]);
    const { math, uuids, values } = drawn as Readonly<
      Record<'math' | 'uuids' | 'values', readonly unknown[]>
    >;
    expect(new Set([...math, ...uuids, ...values]).size).toBe(7);
  });

  test('that is absent leaves it to chance', async () => {
    const [, first, second] = await answers('draw', [{ seed: 7 }, {}, {}]);
    expect(first).not.toEqual(second);
  });

  test('keeps what Node.js refuses', async () => {
    expect(await answers('misuse', [{ seed: 7 }])).toEqual([
      ['RangeError', 'RangeError', 'TypeMismatchError'],
    ]);
  });
});

describe('a clock', () => {
  const STANDS = {
    times: [INSTANT, INSTANT, INSTANT],
    text: true,
    given: [5, 981158400000, 981158400000, 981158400000],
    classes: [true, true, true, true],
    derived: INSTANT,
    goesOn: true,
    hasTime: true,
    loadedBefore: true,
  };

  test('stands still, while timers, deadlines and what is not now go on', async () => {
    expect(await answers('tell', [{ epochMs }])).toEqual([STANDS]);
  });

  test('is each invocation’s own', async () => {
    const before = Date.now();
    const [first, second, third] = await answers('now', [{ epochMs }, {}, { epochMs: 0 }]);
    expect([first, third]).toEqual([epochMs, 0]);
    expect(second).toBeGreaterThanOrEqual(before);
  });

  test('writes the log lines, too', async () => {
    const logging = await workers.load('logs.mjs.levels', { fixable: true });
    const { logs } = await invoke(logging, {}, { fixed: { epochMs } });
    expect(logs.at(-1)?.text).toMatch(new RegExp(`^${INSTANT}\t`));
  });

  test('is the same over the Runtime API of every other language', async () => {
    const createChannel = channelFor({ LLX_CHANNEL: 'http' });
    const over = await workers.load('fixed.mjs.answer', { fixable: true }, { createChannel });
    expect(await answers('tell', [{ epochMs }], over)).toEqual([STANDS]);
  });
});

test('a function that is not fixable takes no notice', async () => {
  const other = await workers.load('fixed.mjs.answer');
  expect(await answers('now', [{ epochMs }], other)).not.toEqual([epochMs]);
});

describe.skipIf(pythonVersion === undefined)(
  `in Python${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    if (pythonVersion === undefined) return;
    const { executable, folder } = makeBarePython();
    const pythons = new TestWorkers({ developerEnvironment: { ...process.env, LLX_PYTHON: executable } });
    afterAll(async () => {
      await pythons.close();
      rmSync(folder, { recursive: true, maxRetries: 3 });
    });

    async function pythonAnswers(
      handler: string,
      ...fixed: readonly FixedValues[]
    ): Promise<readonly unknown[]> {
      return await answersOf(pythons, handler, fixed);
    }

    async function answersOf(
      from: TestWorkers,
      handler: string,
      fixed: readonly FixedValues[],
    ): Promise<readonly unknown[]> {
      const python = await from.load(`python_fixed.${handler}`, { runtime: 'python3.13', fixable: true });
      const given: unknown[] = [];
      for (const one of fixed) given.push((await invoke(python, {}, { fixed: one })).answer);
      return given;
    }

    test('a seed decides about random, uuid and secrets', async () => {
      const [first, other, again, free] = await pythonAnswers(
        'draw',
        { seed: 7 },
        { seed: 8 },
        { seed: 7 },
        {},
      );
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
      expect(free).not.toEqual(first);
    });

    test.skipIf(!hasRuntimeClient)(
      `works where AWS’s runtime client is installed${hasRuntimeClient ? '' : ' (skipped: awslambdaric is not)'}`,
      async () => {
        const others = new TestWorkers();
        try {
          const fixed = [{ epochMs, seed: 7 }];
          expect(await answersOf(others, 'draw', fixed)).toEqual(await pythonAnswers('draw', ...fixed));
        } finally {
          await others.close();
        }
      },
    );

    test('the order of a set is the same in every process', async () => {
      const [first] = await pythonAnswers('order', { seed: 7 });
      expect(await pythonAnswers('order', { seed: 7 })).toEqual([first]);
    });

    test('a clock stands still for time and datetime, also where they were imported by name', async () => {
      expect(await pythonAnswers('tell', { epochMs })).toEqual([
        {
          times: [
            '2020-02-03T04:05:06.789000+00:00',
            '2020-02-03T04:05:06.789000',
            '2020-02-03',
            '2020-02-03T04:05:06Z',
          ],
          seconds: [epochMs / 1000, epochMs * 1_000_000],
          classes: [true, true, true],
          derived: [2020, true, false, false],
          difference: 14706.789,
          has_time: true,
        },
      ]);
    });
  },
);

function isFraction(value: number): boolean {
  return value >= 0 && value < 1;
}

function isBelow(limit: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= 0 && value < limit;
}
