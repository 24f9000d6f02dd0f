import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pythonVersion } from './python.test-support.ts';
import {
  functionSpec,
  invoke,
  type Outcome,
  REQUEST_ID,
  stable,
  TestWorkers,
} from './worker.test-support.ts';

const folder =
  process.env.LLX_RECORDINGS ?? fileURLToPath(new URL('../../../shared/aws-recordings', import.meta.url));
const recorded = existsSync(join(folder, 'runtime.json'));
const workers = new TestWorkers();
afterAll(() => workers.close());

type Step = {
  readonly request: { readonly note?: string };
  readonly expected?: { readonly Payload?: unknown };
};
type Group = { readonly cases: readonly { readonly id: string; readonly steps: readonly Step[] }[] };

/** The payload that AWS answered to the invocation of a case, by its number. */
function payload(group: 'invoke' | 'runtime', id: string, invocation = 0): unknown {
  const { cases }: Group = JSON.parse(readFileSync(join(folder, `${group}.json`), 'utf8'));
  const steps = cases.find((recording) => recording.id === id)?.steps ?? [];
  const expected = steps.flatMap((step) => (step.expected ? [step.expected] : []))[invocation];
  return expected && 'Payload' in expected ? expected.Payload : expected;
}

/** The answer in the words of the recordings: placeholders for what differs between runs. */
function words(answer: unknown): unknown {
  const text = JSON.stringify(answer).replaceAll(REQUEST_ID, '<timeout_error_msg>');
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && 'trace' in value)
    return { ...value, trace: '<stack-trace>' };
  return value;
}

/** The functions of a Python stack: files and lines are those of the machine. */
function frames({ stackTrace }: { readonly stackTrace: readonly string[] }): readonly (string | undefined)[] {
  return stackTrace.map((frame) => /, in (\S+)\n/.exec(frame)?.[1]);
}

describe.skipIf(!recorded)(recorded ? 'as AWS answered' : 'as AWS answered (skipped: no recordings)', () => {
  const answers: readonly [string, 'invoke' | 'runtime', string, () => Promise<Outcome>][] = [
    ['the event itself', 'invoke', 'invoke-sync', async () => invoke(await workers.load('answers.mjs.echo'))],
    [
      'a thrown error',
      'runtime',
      'runtime-throw-node',
      async () =>
        invoke(await workers.load('failures.mjs.plain', { runtime: 'nodejs22.x' }), {
          error_msg: 'some_error_msg',
        }),
    ],
    [
      'a run that takes too long',
      'runtime',
      'runtime-timeout',
      async () =>
        invoke(await workers.load('exits.mjs.sleep', { timeoutMs: 1_000 }), {}, { remainingMs: 100 }),
    ],
    [
      'an answer that is too large',
      'runtime',
      'runtime-answer-too-large',
      async () => invoke(await workers.load('answers.mjs.letters'), { bytes: 7_340_032 }),
    ],
  ];

  it.each(answers)('%s', async (_, group, id, run) => {
    expect(words((await run()).answer)).toEqual(payload(group, id));
  });

  it('nothing returned', async () => {
    const outcome = await invoke(await workers.load('answers.mjs.nothing'));
    expect(JSON.stringify(outcome.answer)).toBe(payload('invoke', 'invoke-no-return-value'));
  });

  it('a counter in the module', async () => {
    const worker = await workers.load('answers.mjs.counter', { runtime: 'nodejs20.x' });
    for (const number of [0, 1]) {
      expect({ counter: (await invoke(worker)).answer }).toEqual(
        payload('invoke', 'invoke-keeps-memory', number),
      );
    }
  });

  const python = { runtime: 'python3.13' };
  const skipped = pythonVersion === undefined ? ' (skipped: python3 is not installed)' : '';
  describe.skipIf(pythonVersion === undefined)(`by Python${skipped}`, () => {
    it('a raised error', async () => {
      const outcome = await invoke(await workers.load('python_cases.raises', python), {
        error_msg: 'some_error_msg',
      });
      const recorded = payload('runtime', 'runtime-raise-python') as object;
      expect(outcome.answer).toEqual({
        ...recorded,
        requestId: REQUEST_ID,
        stackTrace: [expect.any(String)],
      });
    });

    it('an error while the module is imported', async () => {
      const spec = functionSpec({ handler: 'python_import_raises.handler', ...python });
      const outcome = await workers.spawn(spec).load(spec, { file: '', exportPath: '' });
      const answer: unknown = outcome.status === 'failed' && JSON.parse(String(Buffer.from(outcome.payload)));
      const recorded = payload('runtime', 'runtime-import-raises') as {
        readonly stackTrace: readonly string[];
      };
      expect(answer).toEqual({ ...recorded, stackTrace: expect.any(Array) });
      expect(frames(answer as typeof recorded)).toEqual(frames(recorded));
    });

    it('a line that is logged', async () => {
      const { logs } = await invoke(await workers.load('python_cases.logs', python));
      expect(stable(logs)).toContain(`stdout: [INFO]\t<time>\t${REQUEST_ID}\ttwo\nlines`);
    });
  });

  it('the environment', async () => {
    const settings = { runtime: 'nodejs22.x', memoryMb: 1024, environment: { TEST_KEY: 'TEST_VAL' } };
    const worker = await workers.load('answers.mjs.environment', settings);
    const { answer } = await invoke(worker, {}, { traceId: 'Root=1' });
    const { environment } = payload('runtime', 'runtime-environment-node') as { environment: object };
    // Of AWS's sandbox: its folders, and its keys, which come by the container endpoint here.
    const elsewhere = [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_LAMBDA_RUNTIME_API',
      'LD_LIBRARY_PATH',
      'NODE_PATH',
    ];
    const names = Object.keys(environment).filter((name) => !elsewhere.includes(name));
    expect(Object.keys(answer as object)).toEqual(expect.arrayContaining(names));
    const fixed = [
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'TZ',
    ];
    expect(answer).toMatchObject(
      Object.fromEntries(Object.entries(environment).filter(([name]) => fixed.includes(name))),
    );
  });
});
