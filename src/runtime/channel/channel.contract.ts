import { afterAll, describe, expect, it } from 'vitest';
import { LAMBDA } from '../../protocol/limits.ts';
import type { SpawnWorkerOptions } from '../spawn-worker.ts';
import {
  codeOf,
  functionSpec,
  invocationRequest,
  invoke,
  REQUEST_ID,
  TestWorkers,
} from '../worker.test-support.ts';

/** What every channel has to carry, seen from both of its ends: a real process, and the worker that owns it. */
export function describeChannel(
  name: string,
  createChannel: NonNullable<SpawnWorkerOptions['createChannel']>,
): void {
  describe(name, () => {
    const workers = new TestWorkers({ createChannel });
    afterAll(() => workers.close());

    it('carries events and answers of every size, byte for byte', async () => {
      const worker = await workers.load('answers.mjs.echo');
      for (const length of [0, 1, 1_000, 70_000, LAMBDA.requestBytes / 3 - 1]) {
        const event = '\u2028'.repeat(length);
        expect((await invoke(worker, event)).answer).toBe(event);
      }
    });

    it('carries what the context tells', async () => {
      const worker = await workers.load('answers.mjs.shown');
      const facts = {
        clientContext: { custom: 'ü👋' },
        identity: { cognitoIdentityId: 'x' },
        traceId: 'Root=1',
      };
      expect((await invoke(worker, {}, facts)).answer).toMatchObject({
        awsRequestId: REQUEST_ID,
        invokedFunctionArn: functionSpec().arn,
        clientContext: facts.clientContext,
        identity: facts.identity,
        xRayTraceId: 'Root=1',
        left: true,
      });
    });

    it('tells a load that succeeded', async () => {
      const spec = functionSpec();
      const outcome = await workers.spawn().load(spec, codeOf('streams.mjs.parts'));
      expect(outcome).toEqual({ status: 'ready', initMs: expect.any(Number), streaming: true });
    });

    it('tells a load that failed', async () => {
      const outcome = await workers.spawn().load(functionSpec(), codeOf('broken-start.mjs.handler'));
      expect(outcome).toMatchObject({ status: 'failed', failure: 'init', errorType: 'RangeError' });
    });

    it('carries errors, and goes on', async () => {
      const worker = await workers.load('failures.mjs.rejects');
      for (const message of ['one', 'two', 'ü']) {
        expect(await invoke(worker, { message })).toMatchObject({
          failure: 'handler',
          errorType: 'OrderError',
          answer: { errorType: 'OrderError', errorMessage: message },
        });
      }
    });

    it('carries records of the log in order, all of them before the answer', async () => {
      const worker = await workers.load('logs.mjs.many');
      const { logs } = await invoke(worker, { lines: 2_000 });
      expect(logs.slice(1).map(({ text }) => Number(text.split('\t').at(-1)))).toEqual(
        Array.from({ length: 2_000 }, (_, line) => line),
      );
    });

    it('keeps line ends inside a record', async () => {
      const worker = await workers.load('logs.mjs.all');
      const { logs } = await invoke(worker);
      expect(logs).toContainEqual({ stream: 'stderr', text: expect.stringMatching(/\tERROR\tbad\nnews$/) });
    });

    it('refuses an answer that is too large, and goes on', async () => {
      const worker = await workers.load('answers.mjs.letters');
      expect(await invoke(worker, { bytes: LAMBDA.responseBytes + 1 })).toMatchObject({
        failure: 'oversize',
        errorType: 'Function.ResponseSizeTooLarge',
      });
      expect((await invoke(worker, { bytes: 3 })).answer).toBe('a');
    });

    it('carries streams, with their content type, as fast as they are taken', async () => {
      const worker = await workers.load('streams.mjs.bytes');
      const contentTypes: string[] = [];
      let bytes = 0;
      const result = await worker.invoke(
        invocationRequest(
          { count: 100, size: 64 * 1024 },
          {
            onContentType: (contentType) => contentTypes.push(contentType),
            onChunk: async (chunk) => {
              await new Promise((resolve) => setImmediate(resolve));
              bytes += chunk.byteLength;
            },
          },
        ),
      );
      expect(result).toMatchObject({ status: 'succeeded', streamed: true });
      expect(contentTypes).toEqual(['application/octet-stream']);
      expect(bytes).toBe(100 * 64 * 1024);
      expect((await invoke(worker, { count: 1, size: 2 })).answer).toBe('aa');
    });

    it('carries an error after the beginning of a stream', async () => {
      const worker = await workers.load('streams.mjs.breaks');
      expect(await invoke(worker)).toMatchObject({
        failure: 'handler',
        answer: { errorType: 'Error', errorMessage: 'the other half' },
      });
    });

    it('tells that the process ends after its answer', async () => {
      const worker = await workers.load('exits.mjs.uncaught', { runtime: 'nodejs22.x' });
      expect(await invoke(worker)).toMatchObject({ failure: 'handler', errorType: 'RangeError' });
      expect(worker.alive).toBe(false);
    });

    it('lets an empty event loop show', async () => {
      const worker = await workers.load('answers.mjs.never', { runtime: 'nodejs22.x' });
      expect((await invoke(worker)).answer).toBe(null);
      expect((await invoke(worker)).answer).toBe(null);
    });

    it('ends with the process', async () => {
      const worker = await workers.load('exits.mjs.exit');
      expect(await invoke(worker, { code: 4 })).toMatchObject({ failure: 'exit' });
      expect(await worker.exited).toEqual({ code: 4, signal: null });
    });

    it.each([0, 1, 3, 10])('answers when the process is killed after %d ms', async (delayMs) => {
      const worker = await workers.load('exits.mjs.sleep');
      const ended = invoke(worker);
      setTimeout(() => process.kill(worker.pid, 'SIGKILL'), delayMs);
      expect(await ended).toMatchObject({ failure: 'exit', errorType: 'Runtime.ExitError' });
    });

    it('kills at the deadline', async () => {
      const worker = await workers.load('exits.mjs.spin');
      expect(await invoke(worker, {}, { remainingMs: 200 })).toMatchObject({ failure: 'timeout' });
    });
  });
}
