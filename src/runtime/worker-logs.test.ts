import { afterAll, describe, expect, it } from 'vitest';
import type { LogLine } from './invocation.ts';
import { invoke, REQUEST_ID, stable, TestWorkers } from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

describe('a log line', () => {
  it('is tied to its invocation, in order, with those of the init phase first', async () => {
    const worker = await workers.load('logs.mjs.all');
    expect(stable((await invoke(worker)).logs)).toEqual([
      'stdout: <time>\t-\tINFO\twhile loading',
      `stdout: <time>\t${REQUEST_ID}\tINFO\tone { two: 2 }`,
      `stderr: <time>\t${REQUEST_ID}\tERROR\tbad\nnews`,
      'stdout: in pieces',
      'stderr: bytes',
      'stdout: rest',
      `stdout: <time>\t${REQUEST_ID}\tINFO\t┌─────────┬───┐\n│ (index) │ a │\n├─────────┼───┤\n│ 0       │ 1 │\n└─────────┴───┘`,
    ]);
    expect((await invoke(worker)).logs).toHaveLength(6);
  });

  it('written to the descriptors directly, or by a child, belongs to it as well', async () => {
    const worker = await workers.load('logs.mjs.raw');
    const lines = stable((await invoke(worker)).logs);
    expect(lines.slice(1)).toEqual(['stdout: from below', 'stdout: from a child']);
  });

  it('below AWS_LAMBDA_LOG_LEVEL is not printed', async () => {
    const environment = { AWS_LAMBDA_LOG_LEVEL: 'warn' };
    const worker = await workers.load('logs.mjs.levels', { environment });
    expect(stable((await invoke(worker)).logs)).toEqual([
      `stderr: <time>\t${REQUEST_ID}\tWARN\twarn`,
      `stderr: <time>\t${REQUEST_ID}\tERROR\terror`,
      `stderr: <time>\t${REQUEST_ID}\tFATAL\tfatal`,
    ]);
  });

  it('is JSON when AWS_LAMBDA_LOG_FORMAT says so', async () => {
    const environment = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'ERROR' };
    const worker = await workers.load('logs.mjs.error', { environment });
    const [line] = (await invoke(worker)).logs;
    expect(JSON.parse(line?.text ?? '')).toMatchObject({
      level: 'ERROR',
      requestId: REQUEST_ID,
      errorType: 'TypeError',
      errorMessage: 'typed',
      message: expect.stringMatching(/^it failed: TypeError: typed/),
    });
  });

  it('is not lost when the process exits right after it, however many there are', async () => {
    const worker = await workers.load('logs.mjs.many');
    const { logs, failure } = await invoke(worker, { lines: 20_000 });
    expect(failure).toBe('exit');
    expect(logs.slice(1).map(({ text }: LogLine) => Number(text.split('\t').at(-1)))).toEqual(
      Array.from({ length: 20_000 }, (_, line) => line),
    );
  });
});
