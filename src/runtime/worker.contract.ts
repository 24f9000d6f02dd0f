import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { LAMBDA } from '../protocol/limits.ts';
import type { FunctionSpec, LogLine } from './invocation.ts';
import type { SpawnWorkerOptions } from './spawn-worker.ts';
import { functionSpec, invocationRequest, invoke, REQUEST_ID, TestWorkers } from './worker.test-support.ts';
import type { SpawnWorker, Worker } from './worker.ts';

/** A language, or a way to speak with one: where `test-handlers/contract` is found in it. */
export type WorkerVariant = {
  readonly settings: Partial<FunctionSpec>;
  readonly handlerOf: (name: string) => string;
  readonly options: Partial<SpawnWorkerOptions>;
  /** @default processes of this machine */
  readonly spawnWorker?: SpawnWorker;
  /** Whether a process runs whose number the handler has told. @default by that number */
  readonly isRunning?: (worker: Worker, pid: number) => boolean;
};

const exitError = (reason: string) => ({
  failure: 'exit',
  errorType: 'Runtime.ExitError',
  answer: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${REQUEST_ID} Error: ${reason}` },
});

/** What holds for the worker of every language, seen by who invokes it: real processes. */
export function describeWorker(name: string, variant: WorkerVariant): void {
  describe(name, () => {
    const workers = new TestWorkers(variant.options, variant.spawnWorker);
    afterAll(() => workers.close());
    const start = (handler: string, settings: Partial<FunctionSpec> = {}): Promise<Worker> =>
      workers.load(variant.handlerOf(handler), { ...variant.settings, ...settings });

    it('answers events of every size in one process', async () => {
      const worker = await start('echo');
      const events = ['', 'ü\u2028👋'.repeat(10_000), 'a'.repeat(LAMBDA.requestBytes - 2)];
      for (const event of events) expect((await invoke(worker, event)).answer).toBe(event);
    });

    it('keeps its memory from one invocation to the next, and says which was the first', async () => {
      const worker = await start('counts');
      const first = await worker.invoke(invocationRequest());
      const second = await worker.invoke(invocationRequest());
      expect([first.coldStart, second.coldStart]).toEqual([true, false]);
      expect([first.initMs, second.initMs]).toEqual([expect.any(Number), undefined]);
      expect([first, second].map(({ payload }) => String(Buffer.from(payload)))).toEqual(['1', '2']);
      expect(first.maxMemoryMb ?? 1).toBeGreaterThan(0);
    });

    it('tells the handler what its context is', async () => {
      const worker = await start('context', { version: '7' });
      const arn = `${functionSpec().arn}:live`;
      const settings = { invokedFunctionArn: arn, functionVersion: '7' };
      expect((await invoke(worker, {}, settings)).answer).toEqual({
        requestId: REQUEST_ID,
        arn,
        version: '7',
        isInTime: true,
      });
    });

    it('gives it Lambda’s environment, and the trace id of its own invocation', async () => {
      const worker = await start('variables', { environment: { STAGE: 'ü' }, memoryMb: 256 });
      const names = ['STAGE', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_REGION', 'TZ', 'AWS_PROFILE'];
      expect((await invoke(worker, names)).answer).toEqual({
        STAGE: 'ü',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_REGION: 'eu-west-1',
        TZ: ':UTC',
        AWS_PROFILE: null,
      });
    });

    it('tells an error, and goes on', async () => {
      const worker = await start('fails');
      for (const message of ['one', 'ü']) {
        const { answer, errorType, failure } = await invoke(worker, { message });
        expect({ errorType, failure }).toEqual({ errorType: 'RangeError', failure: 'handler' });
        expect(answer).toMatchObject({ errorType: 'RangeError', errorMessage: message });
      }
    });

    it('gives each line to the invocation that printed it, with those of the start first', async () => {
      const worker = await start('prints');
      const lines = async (text: string): Promise<readonly string[]> => {
        const { logs } = await invoke(worker, { text });
        return logs.map(({ text: line }) => line.replace(/^.*\t/, '')).sort();
      };
      const printed = (text: string) => [`${text}: one`, `${text}: two`, `${text}: ü, no line end`];
      expect(await lines('a')).toEqual([...printed('a'), 'loading']);
      expect(await lines('b')).toEqual(printed('b'));
    });

    it.each([
      [0, 'Runtime exited without providing a reason'],
      [7, 'Runtime exited with error: exit status 7'],
    ])('tells an exit with %d, and what was printed before', async (code, reason) => {
      const worker = await start('exits');
      const { logs, ...outcome } = await invoke(worker, { code });
      expect(outcome).toEqual(exitError(reason));
      expect(worker.alive).toBe(false);
      if (code !== 0)
        expect(logs.map(({ text }) => text).includes('last words') || logs.length > 0).toBe(true);
    });

    it('tells a signal', async () => {
      const worker = await start('kills');
      const { logs: _, ...outcome } = await invoke(worker, { signal: 'SIGKILL' });
      expect(outcome).toEqual(exitError('Runtime exited with error: signal: killed'));
    });

    it('ends at its deadline, with all that it started', async () => {
      const worker = await start('sleeps', { timeoutMs: 1_000 });
      const { promise: printed, resolve } = Promise.withResolvers<number>();
      const onLog = ({ text }: LogLine): void => {
        const pid = /^\d+$/.exec(text.split('\t').at(-1) ?? '');
        if (pid) resolve(Number(pid[0]));
      };
      const running = worker.invoke(invocationRequest({}, { remainingMs: 1_000, onLog }));
      const child = await printed;
      const result = await running;
      expect(JSON.parse(String(Buffer.from(result.payload)))).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${REQUEST_ID} Error: Task timed out after 1.00 seconds`,
      });
      // A signal takes its time.
      const runs = variant.isRunning ?? ((_, pid) => isRunning(pid));
      await expect.poll(() => runs(worker, child)).toBe(false);
    });

    it('is stopped by a signal of its caller, and by `kill`', async () => {
      const worker = await start('sleeps');
      const abort = new AbortController();
      const running = invoke(worker, {}, { signal: abort.signal, onLog: () => abort.abort() });
      expect((await running).failure).toBe('aborted');
      const other = await start('sleeps');
      const killed = invoke(other, {}, { onLog: () => void other.kill() });
      expect((await killed).failure).toBe('aborted');
      await other.exited;
      expect([isRunning(worker.pid), isRunning(other.pid)]).toEqual([false, false]);
    });

    it('refuses an answer that is too large, and goes on or is replaced', async () => {
      const worker = await start('letters');
      expect(await invoke(worker, { bytes: LAMBDA.responseBytes })).toMatchObject({
        failure: 'oversize',
        answer: {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${LAMBDA.responseBytes} bytes).`,
        },
      });
      if (worker.alive) expect((await invoke(worker, { bytes: 3 })).answer).toBe('aaa');
      else expect(variant.settings.runtime).not.toMatch(/^nodejs/);
    });

    it.skipIf(!existsSync('/proc/self/statm'))('ends when it has more memory than its function', async () => {
      const worker = await start('grows', { memoryMb: 256 });
      const { logs: _, ...outcome } = await invoke(worker);
      expect(outcome).toEqual({
        ...exitError('Runtime exited with error: signal: killed'),
        failure: 'memory',
        errorType: 'Runtime.OutOfMemory',
        answer: {
          errorType: 'Runtime.OutOfMemory',
          errorMessage: `RequestId: ${REQUEST_ID} Error: Runtime exited with error: signal: killed`,
        },
      });
    });

    it('has an empty standard input', async () => {
      expect((await invoke(await start('stdin'))).answer).toBe('end');
    });

    it('is not started for a caller that has given up', async () => {
      const spec = functionSpec({ ...variant.settings, handler: variant.handlerOf('echo') });
      const worker = workers.spawn(spec);
      const outcome = worker.load(spec, { file: '', exportPath: '' }, { signal: AbortSignal.abort() });
      expect(await outcome).toMatchObject({ status: 'failed', failure: 'aborted' });
      expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
    });
  });
}

/** Also of a process that has ended and waits for its parent: that is not running. */
export function isRunning(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
  } catch {
    // ESRCH is the answer that was asked for.
    return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !existsSync(`/proc/${pid}/exe`);
}
