import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  codeOf,
  functionSpec,
  invocationRequest,
  invoke,
  REQUEST_ID,
  TestWorkers,
} from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

describe('a process that ends', () => {
  it.each([
    [0, 'Runtime exited without providing a reason'],
    [7, 'Runtime exited with error: exit status 7'],
  ])('by itself with %d fails its invocation, which keeps its lines', async (code, reason) => {
    const worker = await workers.load('exits.mjs.exit');
    const { logs, ...outcome } = await invoke(worker, { code });
    expect(outcome).toEqual({
      failure: 'exit',
      errorType: 'Runtime.ExitError',
      answer: {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${REQUEST_ID} Error: ${reason}`,
      },
    });
    expect(logs.map(({ text }) => text)).toEqual([expect.stringMatching(/\tlast words$/)]);
    expect(worker.alive).toBe(false);
  });

  it.each([
    ['SIGKILL', 'killed'],
    ['SIGSEGV', 'segmentation fault'],
    ['SIGTERM', 'terminated'],
  ])('by %s', async (signal, name) => {
    const worker = await workers.load('exits.mjs.kill');
    expect((await invoke(worker, { signal })).answer).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${REQUEST_ID} Error: Runtime exited with error: signal: ${name}`,
    });
  });

  it('is not waited for by what it leaves behind', async () => {
    const worker = await workers.load('exits.mjs.leavesChild');
    const { logs, answer } = await invoke(worker);
    process.kill(Number(logs[0]?.text.split('\t').at(-1)), 'SIGKILL');
    expect(answer).toMatchObject({
      errorMessage: `RequestId: ${REQUEST_ID} Error: Runtime exited with error: exit status 5`,
    });
  });

  it('by an error that nobody catches prints it, as in Node.js 24', async () => {
    const worker = await workers.load('exits.mjs.uncaught');
    const { answer, logs } = await invoke(worker);
    expect(answer).toMatchObject({
      errorMessage: `RequestId: ${REQUEST_ID} Error: Runtime exited with error: exit status 1`,
    });
    expect(logs.map(({ text }) => text)).toContain('RangeError: nobody catches');
  });

  it('between invocations fails the next one', async () => {
    const worker = await workers.load('answers.mjs.echo');
    process.kill(worker.pid, 'SIGKILL');
    await worker.exited;
    expect((await invoke(worker)).failure).toBe('aborted');
  });

  it.each(['closesPipe', 'writesPipe'])('with its pipe is killed: %s', async (name) => {
    const worker = await workers.load(`exits.mjs.${name}`);
    expect(await invoke(worker)).toMatchObject({ failure: 'exit', errorType: 'Runtime.ExitError' });
    expect(worker.alive).toBe(false);
  });

  it.each([0, 1, 2, 5, 20])('%d ms after its invocation began still answers it', async (delayMs) => {
    const worker = await workers.load('exits.mjs.spin');
    const ended = invoke(worker);
    setTimeout(() => process.kill(worker.pid, 'SIGKILL'), delayMs);
    expect(await ended).toMatchObject({ failure: 'exit', errorType: 'Runtime.ExitError' });
  });

  it.each([0, 5, 20, 60])('%d ms after it was started still answers the load', async (delayMs) => {
    const spec = functionSpec();
    const worker = workers.spawn(spec);
    const loading = worker.load(spec, codeOf('loads-for-ever.mjs.handler'));
    setTimeout(() => process.kill(worker.pid, 'SIGKILL'), delayMs);
    expect(await loading).toMatchObject({ status: 'failed', failure: 'exit' });
  });
});

describe('a run that takes too long', () => {
  it.each(['spin', 'sleep'])('is killed at its deadline, even when it blocks: %s', async (name) => {
    const worker = await workers.load(`exits.mjs.${name}`, { timeoutMs: 3_000 });
    const { logs, ...outcome } = await invoke(worker, {}, { remainingMs: 300 });
    expect(outcome).toEqual({
      failure: 'timeout',
      errorType: 'Sandbox.Timedout',
      answer: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${REQUEST_ID} Error: Task timed out after 3.00 seconds`,
      },
    });
    expect(logs.map(({ text }) => text)).toEqual([
      expect.stringMatching(/\tINFO\t(spin|sleep)/),
      expect.stringMatching(new RegExp(`^\\S+Z ${REQUEST_ID} Task timed out after 3\\.00 seconds\n$`)),
    ]);
    expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is killed when its caller gives up', async () => {
    const worker = await workers.load('exits.mjs.sleep');
    const controller = new AbortController();
    const ended = invoke(worker, {}, { signal: controller.signal, onLog: () => controller.abort() });
    expect(await ended).toMatchObject({ failure: 'aborted', errorType: 'Llx.Cancelled' });
    expect(worker.alive).toBe(false);
  });

  it('is answered when the worker is killed', async () => {
    const worker = await workers.load('exits.mjs.sleep');
    const ended = invoke(worker);
    await worker.kill();
    expect(await ended).toMatchObject({ failure: 'aborted' });
    await worker.kill();
  });

  // Where the system does not tell of processes in files, only those of its group are known.
  const groups = existsSync('/proc/self/task') ? [false, true] : [false];
  it.each(groups)('takes with it what it has started, in a group of its own: %s', async (detached) => {
    const worker = await workers.load('exits.mjs.child');
    const { promise, resolve } = Promise.withResolvers<number>();
    const onLog = ({ text }: { text: string }): void => resolve(Number(text.split('\t').at(-1)));
    const ended = invoke(worker, { detached }, { onLog });
    const grandchild = await promise;
    await worker.kill();
    await ended;
    await expect.poll(() => isRunning(grandchild)).toBe(false);
  });
});

describe('a run that uses too much memory', () => {
  it('of the heap ends as V8 ends it', async () => {
    const worker = await workers.load('memory.mjs.heap', { memoryMb: 128 });
    expect(await invoke(worker)).toMatchObject({ failure: 'memory' });
  });

  it('outside of the heap is killed', async () => {
    const worker = await workers.load('memory.mjs.buffers', { memoryMb: 200 });
    const { logs: _, ...outcome } = await invoke(worker);
    expect(outcome).toEqual({
      failure: 'memory',
      errorType: 'Runtime.OutOfMemory',
      answer: {
        errorType: 'Runtime.OutOfMemory',
        errorMessage: `RequestId: ${REQUEST_ID} Error: Runtime exited with error: signal: killed`,
      },
    });
  });
});

describe('a worker', () => {
  it.each(['exits.mjs.sleep', 'answers.mjs.echo'])('ends when llx does: %s', async (handler) => {
    const script = `
      import { invocationRequest, TestWorkers } from ${JSON.stringify(new URL('./worker.test-support.ts', import.meta.url).href)};
      const worker = await new TestWorkers().load('${handler}');
      void worker.invoke(invocationRequest()).then(() => {});
      console.log(worker.pid);
      setInterval(() => {}, 1000);`;
    const llx = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(String(await once(llx.stdout, 'data')));
    expect(isRunning(pid)).toBe(true);
    llx.kill('SIGKILL');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('can be killed before it has booted, more than once', async () => {
    const worker = workers.spawn();
    await Promise.all([worker.kill(), worker.kill()]);
    expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(worker.alive).toBe(false);
  });

  it('refuses a second invocation while one runs', async () => {
    const worker = await workers.load('exits.mjs.sleep');
    const first = invoke(worker);
    await expect(worker.invoke(invocationRequest())).rejects.toThrow(
      'expected a loaded worker that runs nothing',
    );
    await worker.kill();
    await first;
  });
});

/** A zombie whose parent does not collect it is not running either. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
