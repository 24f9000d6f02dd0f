import { afterAll, describe, expect, it } from 'vitest';
import { describeAsRecorded, recordedSteps } from '../../test/support/recordings.ts';
import { pythonVersion } from './python.test-support.ts';
import {
  functionSpec,
  invoke,
  type Outcome,
  REQUEST_ID,
  stable,
  TestWorkers,
} from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

/** The payload that AWS answered to the invocation of a case, by its number. */
function payload(id: string, invocation = 0): unknown {
  const expected = recordedSteps(id).flatMap((step) => (step.expected ? [step.expected] : []))[invocation];
  return typeof expected === 'object' && 'Payload' in expected ? expected.Payload : expected;
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

describeAsRecorded(() => {
  const answers: readonly [string, string, () => Promise<Outcome>][] = [
    ['the event itself', 'invoke-sync', async () => invoke(await workers.load('answers.mjs.echo'))],
    [
      'a thrown error',
      'runtime-throw-node',
      async () =>
        invoke(await workers.load('failures.mjs.plain', { runtime: 'nodejs22.x' }), {
          error_msg: 'some_error_msg',
        }),
    ],
    [
      'a run that takes too long',
      'runtime-timeout',
      async () =>
        invoke(await workers.load('exits.mjs.sleep', { timeoutMs: 1_000 }), {}, { remainingMs: 100 }),
    ],
    [
      'an answer that is too large',
      'runtime-answer-too-large',
      async () => invoke(await workers.load('answers.mjs.letters'), { bytes: 7_340_032 }),
    ],
  ];

  it.each(answers)('%s', async (_, id, run) => {
    expect(words((await run()).answer)).toEqual(payload(id));
  });

  it('nothing returned', async () => {
    const outcome = await invoke(await workers.load('answers.mjs.nothing'));
    expect(JSON.stringify(outcome.answer)).toBe(payload('invoke-no-return-value'));
  });

  it('a counter in the module', async () => {
    const worker = await workers.load('answers.mjs.counter', { runtime: 'nodejs20.x' });
    for (const number of [0, 1]) {
      expect({ counter: (await invoke(worker)).answer }).toEqual(payload('invoke-keeps-memory', number));
    }
  });

  const python = { runtime: 'python3.13' };
  const skipped = pythonVersion === undefined ? ' (skipped: python3 is not installed)' : '';
  describe.skipIf(pythonVersion === undefined)(`by Python${skipped}`, () => {
    it('a raised error', async () => {
      const outcome = await invoke(await workers.load('python_cases.raises', python), {
        error_msg: 'some_error_msg',
      });
      const recorded = payload('runtime-raise-python') as object;
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
      const recorded = payload('runtime-import-raises') as {
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
    const { environment } = payload('runtime-environment-node') as { environment: object };
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
