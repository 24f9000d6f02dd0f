import { afterAll, describe, expect, it } from 'vitest';
import type { FunctionSpec, InvocationRequest } from '../invocation.ts';
import type { SpawnWorkerOptions } from '../spawn-worker.ts';
import {
  functionSpec,
  HANDLERS,
  invocationRequest,
  invoke,
  type Outcome,
  REQUEST_ID,
  stable,
  TestWorkers,
} from '../worker.test-support.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const NO_BREAK = '\u00a0';

/** What AWS's runtime client for Python does, in the words of its recordings. */
export function describePython(name: string, options: Partial<SpawnWorkerOptions>): void {
  describe(name, () => {
    const workers = new TestWorkers(options);
    afterAll(() => workers.close());

    async function run(
      handler: string,
      event?: unknown,
      settings: Partial<FunctionSpec> = {},
      request: Partial<InvocationRequest> = {},
    ): Promise<Outcome> {
      const runtime = settings.runtime ?? 'python3.13';
      const worker = await workers.load(`python_cases.${handler}`, { ...settings, runtime });
      return invoke(worker, event, request);
    }

    /** The answer as it is on the wire. */
    async function raw(handler: string, event: unknown, runtime = 'python3.13'): Promise<string> {
      const worker = await workers.load(`python_cases.${handler}`, { runtime });
      return Buffer.from((await worker.invoke(invocationRequest(event))).payload).toString();
    }

    const lines = ({ logs }: Outcome): readonly string[] => stable(logs);

    describe('an error', () => {
      it('has its type, its text, the request and the frames of the handler', async () => {
        const outcome = await run('raises', { error_msg: 'some_error_msg' });
        const frame = `  File "${HANDLERS}/python_cases.py", line 19, in raises\n    raise Exception("Failed: " + event["error_msg"])\n`;
        expect(outcome).toMatchObject({ failure: 'handler', errorType: 'Exception' });
        expect(outcome.answer).toEqual({
          errorMessage: 'Failed: some_error_msg',
          errorType: 'Exception',
          requestId: REQUEST_ID,
          stackTrace: [frame],
        });
        expect(lines(outcome)).toEqual([
          [
            'stderr: [ERROR] Exception: Failed: some_error_msg',
            'Traceback (most recent call last):',
            `${NO_BREAK.repeat(2)}File "${HANDLERS}/python_cases.py", line 19, in raises`,
            `${NO_BREAK.repeat(4)}raise Exception("Failed: " + event["error_msg"])`,
          ].join('\n'),
        ]);
      });

      it('in a library has the frames below the handler, too', async () => {
        const { answer, errorType } = await run('nested');
        expect(errorType).toBe('JSONDecodeError');
        const { stackTrace } = answer as { readonly stackTrace: readonly string[] };
        expect(stackTrace.map((frame) => /line \d+, in (\w+)/.exec(frame)?.[1])).toEqual([
          'nested',
          'inner',
          'loads',
          'decode',
          'raw_decode',
        ]);
      });
    });

    describe('an answer', () => {
      it.each([
        ['decimals', '[1.10, 12345678901234567890.123456789]'],
        ['named', '{"point": {"x": 1, "y": [{"x": 2, "y": "ü"}]}}'],
        ['plain', '[null, true, 1, 1.5, "ü\u2028👋", [1, 2], {"1": "one", "null": "none"}, "bytes"]'],
        ['nothing', 'null'],
        ['bytes', '{"raw": true}'],
      ])('of %s is JSON', async (answer, text) => {
        expect(await raw('answers', { answer })).toBe(text);
      });

      it('is ASCII up to Python 3.11, and UTF-8 from 3.12 on', async () => {
        expect(await raw('identity', 'ü', 'python3.11')).toBe('"\\u00fc"');
        expect(await raw('identity', 'ü', 'python3.12')).toBe('"ü"');
      });

      it.each([
        ['datetime', 'Object of type datetime is not JSON serializable'],
        ['set', 'Object of type set is not JSON serializable'],
        ['key', 'keys must be str, int, float, bool or None, not tuple'],
        ['circle', 'Circular reference detected'],
      ])('with a %s cannot be marshalled', async (answer, reason) => {
        const outcome = await run('answers', { answer });
        expect(outcome.answer).toEqual({
          errorMessage: `Unable to marshal response: ${reason}`,
          errorType: 'Runtime.MarshalError',
          requestId: REQUEST_ID,
          stackTrace: [],
        });
        expect(lines(outcome)).toEqual([
          `stderr: [ERROR] Runtime.MarshalError: Unable to marshal response: ${reason}\nTraceback (most recent call last):`,
        ]);
      });
    });

    describe('the log', () => {
      it('has what is logged in Lambda’s form, each record as one', async () => {
        expect(lines(await run('logs')).toSorted()).toEqual(
          [
            `stdout: [INFO]\t<time>\t${REQUEST_ID}\ttwo\nlines`,
            `stdout: [WARNING]\t<time>\t${REQUEST_ID}\t1 of 2`,
            'stdout: by the context',
            'stdout: printed',
          ].toSorted(),
        );
      });

      it('in JSON has fields', async () => {
        const environment = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' };
        const outcome = await run('logs_error', {}, { environment });
        expect(outcome.logs.map(({ stream }) => stream)).toEqual(['stderr', 'stderr']);
        expect(outcome.logs.map(({ text }) => JSON.parse(text))).toEqual([
          {
            timestamp: expect.stringMatching(TIME),
            level: 'ERROR',
            message: 'caught',
            logger: 'root',
            stackTrace: [expect.stringContaining('raise KeyError("lost")')],
            errorType: 'KeyError',
            errorMessage: "'lost'",
            requestId: REQUEST_ID,
            location: expect.stringMatching(/python_cases\.py:logs_error:\d+$/),
          },
          {
            timestamp: expect.stringMatching(TIME),
            level: 'ERROR',
            message: 'extra',
            logger: 'named',
            requestId: REQUEST_ID,
            order: 7,
          },
        ]);
      });

      it('has what a child of the handler prints', async () => {
        expect(lines(await run('spawns')).toSorted()).toEqual(['stderr: bad', 'stdout: from a child']);
      });

      it('loses nothing of much', async () => {
        const count = 20_000;
        const { logs } = await run('prints_much', { lines: count });
        expect(logs).toHaveLength(count);
        expect(logs.at(-1)?.text).toBe(String(count - 1).padStart(100, '.'));
      });
    });

    it('the context has what Lambda’s has', async () => {
      const client = { custom: { a: 'ü👋' }, env: { locale: 'de' }, client: { app_title: 'shop' } };
      const request = {
        clientContext: client,
        identity: { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' },
        traceId: 'Root=1',
      };
      const attributes = {
        aws_request_id: REQUEST_ID,
        function_name: 'orders',
        function_version: '3',
        invoked_function_arn: functionSpec().arn,
        log_group_name: '/aws/lambda/orders',
        memory_limit_in_mb: '512',
      };
      const fixed = { attributes, remaining: true, shown: true };
      expect((await run('context', {}, { version: '3' }, request)).answer).toEqual({
        ...fixed,
        client: [client.custom, client.env, 'shop'],
        identity: ['id', 'pool'],
        trace: 'Root=1',
      });
      expect((await run('context', {}, { version: '3' })).answer).toEqual({
        ...fixed,
        client: null,
        identity: [null, null],
        trace: null,
      });
    });

    it('modules are found from the task root first', async () => {
      const { answer } = await run('path');
      const { first, ...places } = answer as { readonly first: string };
      expect(['', HANDLERS]).toContain(first);
      expect(places).toEqual({ task_root: HANDLERS, cwd: HANDLERS });
    });
  });
}
