import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildFailure } from './builder/build-problem.ts';
import type { CodeState, Generation } from './code-source.ts';
import type { FunctionSpec, InvocationRequest, InvocationResult, LogLine } from './invocation.ts';
import { timeoutFailure } from './outcome.ts';
import { FunctionPool } from './pool.ts';
import { SpareWorkers } from './spare-workers.ts';
import { FakeWorkers } from './test-support/fake-workers.ts';

const SPEC: FunctionSpec = {
  name: 'hello',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
  handler: 'src/hello.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/project',
  code: 'source',
};

let workers: FakeWorkers;
let spares: SpareWorkers;
let pool: FunctionPool;
let wanted: number;

function createPool(maxWorkers = 2): FunctionPool {
  return new FunctionPool(
    { spec: SPEC, exportPath: 'handler' },
    { spares, maxWorkers, idleMs: 60_000, onWanted: () => (wanted += 1) },
  );
}

beforeEach(() => {
  wanted = 0;
  workers = new FakeWorkers();
  // Longer than any test: spares would be among the workers that it counts.
  spares = new SpareWorkers({ spawnWorker: workers.spawn, refillDelayMs: 3_600_000 });
  pool = createPool();
});

afterEach(async () => {
  await Promise.all([pool.close(), spares.close()]);
  expect(workers.alive).toEqual([]);
});

type Users = { users: number };

function ready(file = '/build/hello-1.mjs'): Extract<CodeState, { status: 'ready' }> & { generation: Users } {
  const generation: Generation & Users = {
    file,
    users: 0,
    retain() {
      this.users += 1;
    },
    release() {
      this.users -= 1;
    },
  };
  return { status: 'ready', generation };
}

function request(requestId: string, more: Partial<InvocationRequest> = {}): InvocationRequest {
  return {
    requestId,
    invokedFunctionArn: SPEC.arn,
    functionVersion: '$LATEST',
    event: Buffer.from(JSON.stringify(requestId)),
    remainingMs: 3_000,
    logGroupName: '/aws/lambda/hello',
    logStreamName: 'stream',
    ...more,
  };
}

/** An invocation that runs, in a new worker where one is needed. The object keeps its result from being awaited. */
async function run(requestId: string): Promise<{ readonly result: Promise<InvocationResult> }> {
  const before = workers.all.length;
  const result = pool.invoke(request(requestId));
  if (workers.all.length > before) workers.nth(before).finishLoad();
  await setImmediate();
  return { result };
}

function payloadOf(result: InvocationResult): unknown {
  return JSON.parse(Buffer.from(result.payload).toString());
}

const BUILD_FAILED = buildFailure([{ text: 'Unexpected "}"' }], '/project');

describe('workers', () => {
  test('the first invocation starts a worker, and the next ones use it', async () => {
    pool.setCode(ready());
    const first = await run('one');
    expect(workers.nth(0).loaded).toEqual({
      spec: SPEC,
      code: { file: '/build/hello-1.mjs', exportPath: 'handler' },
    });
    workers.nth(0).answer();
    expect(payloadOf(await first.result)).toBe('one');
    const second = pool.invoke(request('two'));
    workers.nth(0).answer();
    expect(payloadOf(await second)).toBe('two');
    expect(workers.all.map(({ invoked }) => invoked)).toEqual([['one', 'two']]);
  });

  test('a ready worker is given the caller’s own request, at once', async () => {
    pool.setCode(ready());
    await run('one');
    workers.nth(0).answer();
    await setImmediate();
    const second = request('two');
    void pool.invoke(second);
    expect(workers.nth(0).running).toBe(second);
  });

  test('each concurrent invocation has a process of its own, up to the bound; the rest wait in order', async () => {
    pool.setCode(ready());
    for (const id of ['one', 'two', 'three', 'four']) void pool.invoke(request(id));
    expect(workers.all.length).toBe(2);
    workers.nth(1).finishLoad();
    workers.nth(0).finishLoad();
    await setImmediate();
    expect(workers.all.map(({ running }) => running?.requestId)).toEqual(['two', 'one']);
    workers.nth(0).answer();
    await setImmediate();
    workers.nth(1).answer();
    await setImmediate();
    expect(workers.all.map(({ invoked }) => invoked)).toEqual([
      ['two', 'three'],
      ['one', 'four'],
    ]);
  });

  test('of two idle workers the one that was used last is used again', async () => {
    pool.setCode(ready());
    await run('one');
    await run('two');
    workers.nth(1).answer();
    await setImmediate();
    workers.nth(0).answer();
    await setImmediate();
    await run('three');
    expect(workers.nth(0).running?.requestId).toBe('three');
  });

  test('a worker that died while idle is not used', async () => {
    pool.setCode(ready());
    await run('one');
    workers.nth(0).answer();
    await setImmediate();
    workers.nth(0).die();
    await run('two');
    expect(workers.nth(1).running?.requestId).toBe('two');
  });

  test('a worker that dies in an invocation makes room for those that wait', async () => {
    pool = createPool(1);
    pool.setCode(ready());
    await run('one');
    void pool.invoke(request('two'));
    workers.nth(0).die();
    await setImmediate();
    workers.nth(1).finishLoad();
    await setImmediate();
    expect(workers.nth(1).running?.requestId).toBe('two');
  });

  test('a start that fails answers the first that waits, with what was printed and its own request id', async () => {
    pool.setCode(ready());
    const lines: LogLine[] = [];
    const failed = pool.invoke(request('one', { onLog: (line) => lines.push(line) }));
    workers.nth(0).finishLoad({
      status: 'failed',
      failure: 'exit',
      errorType: 'Runtime.ExitError',
      payload: Buffer.from('{"errorType":"Runtime.ExitError","errorMessage":"Error: Runtime exited"}'),
      logs: [{ stream: 'stdout', text: 'loading' }],
    });
    expect(payloadOf(await failed)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: one Error: Runtime exited',
    });
    expect(lines).toEqual([{ stream: 'stdout', text: 'loading' }]);
    expect(workers.alive).toEqual([]);
  });

  test('a process that cannot be started is an answer, not an exception', async () => {
    await spares.close();
    spares = new SpareWorkers({
      spawnWorker: () => {
        throw new Error('EAGAIN');
      },
    });
    pool = createPool();
    pool.setCode(ready());
    expect(payloadOf(await pool.invoke(request('one')))).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: one Error: the worker could not be started: EAGAIN',
    });
  });
});

describe('an invocation that waits', () => {
  test('is answered as Lambda answers a timeout when its deadline passes', async () => {
    const lines: LogLine[] = [];
    const result = await pool.invoke(request('one', { remainingMs: 0, onLog: (line) => lines.push(line) }));
    expect(result).toEqual({
      status: 'failed',
      failure: 'timeout',
      errorType: 'Sandbox.Timedout',
      payload: expect.any(Uint8Array),
      durationMs: expect.any(Number),
      coldStart: true,
    });
    expect(payloadOf(result)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: one Error: Task timed out after 3.00 seconds',
    });
    expect(lines.map(({ text }) => text.replace(/^\S+/, '<time>'))).toEqual([
      '<time> one Task timed out after 3.00 seconds\n',
    ]);
  });

  test('is answered when its caller gives up, and never runs', async () => {
    const controller = new AbortController();
    pool.setCode(ready());
    const result = pool.invoke(request('one', { signal: controller.signal }));
    controller.abort();
    expect(await result).toMatchObject({ status: 'failed', failure: 'aborted', errorType: 'Llx.Cancelled' });
    workers.nth(0).finishLoad();
    await setImmediate();
    expect(workers.nth(0).invoked).toEqual([]);
  });

  test.each([
    ['within', 9_000, 3_000],
    ['beyond', 11_000, 2_000],
  ])('has its own time %s an init phase that is not of it', async (_, waitedMs, remainingMs) => {
    let now = 100;
    const after = vi.fn(() => () => {});
    pool = new FunctionPool(
      { spec: SPEC, exportPath: 'handler' },
      { spares, maxWorkers: 1, idleMs: 60_000, onWanted: () => {}, clock: { now: () => now, after } },
    );
    pool.setCode(ready());
    const result = pool.invoke(request('one', { initMs: 10_000 }));
    expect(after).toHaveBeenCalledWith(13_000, expect.any(Function));
    now += waitedMs;
    workers.nth(0).finishLoad();
    await setImmediate();
    expect(workers.nth(0).running?.remainingMs).toBe(remainingMs);
    workers.nth(0).answer();
    await result;
  });

  test('is told of its own timeout when the init phase passes', async () => {
    pool.setCode(ready());
    const result = pool.invoke(request('one', { initMs: 10_000 }));
    workers.nth(0).finishLoad(timeoutFailure(10_000));
    expect(payloadOf(await result)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: one Error: Task timed out after 3.00 seconds',
    });
  });

  test('has less time left when it gets its worker', async () => {
    let now = 100;
    const clock = { now: () => now, after: () => () => {} };
    pool = new FunctionPool(
      { spec: SPEC, exportPath: 'handler' },
      { spares, maxWorkers: 1, idleMs: 60_000, onWanted() {}, clock },
    );
    pool.setCode(ready());
    void pool.invoke(request('one', { remainingMs: 1_000 }));
    now += 250;
    workers.nth(0).finishLoad();
    await setImmediate();
    expect(workers.nth(0).running?.remainingMs).toBe(750);
  });

  test('is told once of each step', async () => {
    const steps: string[] = [];
    void pool.invoke(request('one', { onProgress: (step) => steps.push(step) }));
    expect(steps).toEqual(['building']);
    pool.setCode({ status: 'pending' });
    pool.setCode(ready());
    expect(steps).toEqual(['building', 'starting']);
  });

  test('asks for code when there is none, and a process boots meanwhile', async () => {
    void pool.invoke(request('one'));
    expect(wanted).toBe(1);
    expect(workers.nth(0).loaded).toBeUndefined();
    pool.setCode(ready());
    expect(workers.nth(0).loading).toBe(true);
  });
});

describe('new code', () => {
  test('an invocation after a change waits for the new code although old workers are idle', async () => {
    pool.setCode(ready('/build/old.mjs'));
    await run('one');
    workers.nth(0).answer();
    await setImmediate();
    pool.setCode({ status: 'pending' });
    void pool.invoke(request('two'));
    pool.setCode(ready('/build/new.mjs'));
    workers.nth(1).finishLoad();
    await setImmediate();
    expect(workers.nth(0).alive).toBe(false);
    expect(workers.nth(1)).toMatchObject({
      loaded: { code: { file: '/build/new.mjs' } },
      running: { requestId: 'two' },
    });
  });

  test('is loaded before anybody asks, if the function was used before', async () => {
    pool.setCode(ready('/build/old.mjs'));
    expect(workers.all).toEqual([]);
    await run('one');
    pool.setCode(ready('/build/new.mjs'));
    expect(workers.nth(1)).toMatchObject({ loading: true, loaded: { code: { file: '/build/new.mjs' } } });
  });

  test('is not loaded ahead while another function is starting', async () => {
    pool.setCode(ready('/build/old.mjs'));
    await run('one');
    spares.take({ memoryMb: 512, nodeOptions: undefined });
    pool.setCode(ready('/build/new.mjs'));
    expect(workers.all.length).toBe(2);
    spares.started();
    await workers.nth(1).kill();
  });

  test('a running invocation ends in its old worker, which dies then', async () => {
    const old = ready('/build/old.mjs');
    pool.setCode(old);
    const one = await run('one');
    pool.setCode(ready('/build/new.mjs'));
    await setImmediate();
    expect(workers.nth(0).alive).toBe(true);
    expect(old.generation.users).toBe(1);
    workers.nth(0).answer();
    expect(payloadOf(await one.result)).toBe('one');
    await setImmediate();
    expect(workers.nth(0).alive).toBe(false);
    expect(old.generation.users).toBe(0);
  });

  test('a worker that is loading old code is killed, and its invocation runs the new code', async () => {
    pool.setCode(ready('/build/old.mjs'));
    void pool.invoke(request('one'));
    pool.setCode(ready('/build/new.mjs'));
    expect(workers.nth(0).alive).toBe(false);
    workers.nth(1).finishLoad();
    await setImmediate();
    expect(workers.nth(1).running?.requestId).toBe('one');
  });

  test('that is the old code again leaves its workers alone', async () => {
    const code = ready();
    pool.setCode(code);
    await run('one');
    workers.nth(0).answer();
    await setImmediate();
    pool.setCode({ status: 'pending' });
    pool.setCode({ status: 'failed', failure: BUILD_FAILED });
    pool.setCode({ status: 'pending' });
    pool.setCode(code);
    await run('two');
    expect(workers.all.map(({ invoked }) => invoked)).toEqual([['one', 'two']]);
  });

  test('that does not build answers those who wait and those who come, until it builds', async () => {
    const one = pool.invoke(request('one'));
    pool.setCode({ status: 'failed', failure: BUILD_FAILED });
    const two = pool.invoke(request('two'));
    const expected = { errorType: 'Llx.BuildError', errorMessage: 'Unexpected "}"', trace: [] };
    expect(payloadOf(await one)).toEqual(expected);
    expect(payloadOf(await two)).toEqual(expected);
    pool.setCode(ready());
    void pool.invoke(request('three'));
    workers.nth(0).finishLoad();
    await setImmediate();
    expect(workers.nth(0).invoked).toEqual(['three']);
  });

  test('other settings need other workers', async () => {
    const code = ready();
    pool.setCode(code);
    await run('one');
    workers.nth(0).answer();
    await setImmediate();
    const spec = { ...SPEC, environment: { STAGE: 'test', NODE_OPTIONS: '--no-warnings' } };
    pool.retarget({ spec, exportPath: 'other' });
    expect(workers.nth(0).alive).toBe(false);
    expect(workers.nth(1)).toMatchObject({
      profile: { memoryMb: 128, nodeOptions: '--no-warnings' },
      loaded: { spec, code: { exportPath: 'other' } },
    });
  });
});

describe('the end', () => {
  test('answers what runs and what waits, and leaves no process', async () => {
    pool = createPool(1);
    pool.setCode(ready());
    const one = await run('one');
    const two = pool.invoke(request('two'));
    await Promise.all([pool.close(), pool.close()]);
    const three = pool.invoke(request('three'));
    expect((await Promise.all([one.result, two, three])).map(payloadOf)).toEqual(
      ['one', 'two', 'three'].map((id) => ({
        errorType: 'Llx.Cancelled',
        errorMessage: `RequestId: ${id} Error: llx stopped this run`,
      })),
    );
    expect(workers.alive).toEqual([]);
  });

  test('of idle workers comes after a while, for each by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      pool.setCode(ready());
      await run('one');
      await run('two');
      workers.nth(0).answer();
      await setImmediate();
      vi.advanceTimersByTime(30_000);
      workers.nth(1).answer();
      await setImmediate();
      vi.advanceTimersByTime(30_000);
      expect(workers.all.map(({ alive }) => alive)).toEqual([false, true]);
      vi.advanceTimersByTime(30_000);
      expect(workers.all.map(({ alive }) => alive)).toEqual([false, false]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a pool that is drained', () => {
  test('lets what runs and what waits end, and keeps no process', async () => {
    pool.setCode(ready());
    const idle = await run('zero');
    workers.nth(0).answer();
    await idle.result;
    const running = await run('one');
    const other = await run('two');
    const waiting = pool.invoke(request('three'));
    const drained = pool.drain();
    workers.nth(0).answer();
    await running.result;
    await setImmediate();
    workers.nth(0).answer();
    workers.nth(1).answer();
    expect(payloadOf(await waiting)).toBe('three');
    expect(payloadOf(await other.result)).toBe('two');
    await drained;
    expect(workers.alive).toEqual([]);
  });
});
