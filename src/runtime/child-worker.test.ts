import { afterAll, describe, expect, it } from 'vitest';
import { LAMBDA } from '../protocol/limits.ts';
import {
  HANDLERS,
  invocationRequest,
  invoke,
  REQUEST_ID,
  stable,
  TestWorkers,
} from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

describe('an answer', () => {
  it('is what the handler returned, as JSON', async () => {
    const worker = await workers.load('answers.mjs.echo');
    expect((await invoke(worker, { greeting: 'grüß\u2028Gott 👋' })).answer).toEqual({
      greeting: 'grüß\u2028Gott 👋',
    });
  });

  it.each([
    ['nothing', null],
    ['dated', { at: '1970-01-01T00:00:00.000Z' }],
  ])('of %s is what JSON makes of it', async (name, expected) => {
    const worker = await workers.load(`answers.mjs.${name}`);
    expect((await invoke(worker)).answer).toEqual(expected);
  });

  it.each(['bigint', 'circle'])('that JSON cannot hold fails: %s', async (name) => {
    const worker = await workers.load(`answers.mjs.${name}`);
    expect(await invoke(worker)).toMatchObject({
      failure: 'handler',
      answer: {
        errorType: 'Runtime.JSONStringifyError',
        errorMessage: 'Unable to stringify response body',
        trace: ['Runtime.JSONStringifyError: Unable to stringify response body'],
      },
    });
  });

  it('of exactly the limit passes, one byte more fails, and the process stays usable', async () => {
    const worker = await workers.load('answers.mjs.letters');
    const fits = await worker.invoke(invocationRequest({ bytes: LAMBDA.responseBytes }));
    expect(fits.payload.byteLength).toBe(LAMBDA.responseBytes);
    expect(await invoke(worker, { bytes: LAMBDA.responseBytes + 1 })).toEqual({
      failure: 'oversize',
      errorType: 'Function.ResponseSizeTooLarge',
      answer: {
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
        errorType: 'Function.ResponseSizeTooLarge',
      },
      logs: [],
    });
    expect((await invoke(worker, { bytes: 5 })).answer).toBe('aaa');
  });

  it('carries an event of Lambda’s largest size', async () => {
    const worker = await workers.load('answers.mjs.echo');
    const event = 'é'.repeat(LAMBDA.requestBytes / 2 - 1);
    expect((await invoke(worker, event)).answer).toBe(event);
  });

  it('comes from the same process each time: module state stays', async () => {
    const worker = await workers.load('answers.mjs.counter');
    expect((await invoke(worker)).answer).toBe(0);
    expect((await invoke(worker)).answer).toBe(1);
  });

  it('says that the first one was a cold start, and how much memory the process had', async () => {
    const worker = await workers.load('answers.mjs.nothing');
    const first = await worker.invoke(invocationRequest());
    const second = await worker.invoke(invocationRequest());
    expect(first).toMatchObject({ coldStart: true, initMs: expect.any(Number) });
    expect(second).toMatchObject({ coldStart: false });
    expect(second).not.toHaveProperty('initMs');
    expect(first.maxMemoryMb).toBeGreaterThan(20);
    expect(second.maxMemoryMb).toBe(first.maxMemoryMb);
  });

  it.skipIf(process.platform !== 'linux')(
    'says how much memory a process had that is gone at once (on Linux)',
    async () => {
      const worker = await workers.load('exits.mjs.exit');
      const { maxMemoryMb } = await worker.invoke(invocationRequest({ code: 0 }));
      expect(maxMemoryMb).toBeGreaterThan(20);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'does not have the memory of the process that started it (on Linux)',
    async () => {
      const held = Buffer.alloc(300 * 1024 * 1024, 1);
      const worker = await workers.load('answers.mjs.nothing');
      const { maxMemoryMb } = await worker.invoke(invocationRequest());
      expect(maxMemoryMb).toBeLessThan(held.length / 1024 / 1024);
    },
  );
});

describe('what a handler sees', () => {
  it('is Lambda’s context', async () => {
    const worker = await workers.load('answers.mjs.shown', { memoryMb: 256 });
    const settings = { clientContext: { custom: 1 }, traceId: 'Root=1-2-3' };
    expect((await invoke(worker, {}, settings)).answer).toEqual({
      clientContext: { custom: 1 },
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders',
      awsRequestId: REQUEST_ID,
      xRayTraceId: 'Root=1-2-3',
      functionName: 'orders',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/orders',
      logStreamName: '2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef',
      left: true,
    });
  });

  it('has absent values as properties that are undefined', async () => {
    const worker = await workers.load('answers.mjs.fields');
    expect((await invoke(worker)).answer).toEqual([
      'clientContext',
      'identity',
      'invokedFunctionArn',
      'awsRequestId',
      'tenantId',
      'xRayTraceId',
      'getRemainingTimeInMillis',
      'functionName',
      'functionVersion',
      'memoryLimitInMB',
      'logGroupName',
      'logStreamName',
    ]);
  });

  it('is Lambda’s environment and the function’s own, and nothing of the developer’s', async () => {
    const developerEnvironment = {
      PATH: process.env.PATH,
      HOME: '/home/developer',
      AWS_PROFILE: 'production',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_ENDPOINT_URL: 'http://elsewhere',
      SECRET: 'of the shell',
    };
    const environment = { STAGE: 'dev', AWS_LAMBDA_FUNCTION_NAME: 'not this', TZ: 'Europe/Berlin' };
    const worker = await workers.load('answers.mjs.environment', { environment }, { developerEnvironment });
    expect((await invoke(worker)).answer).toEqual({
      PATH: process.env.PATH,
      HOME: '/home/developer',
      STAGE: 'dev',
      LANG: 'en_US.UTF-8',
      TZ: 'Europe/Berlin',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
      _AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1',
      _AWS_XRAY_DAEMON_PORT: '2000',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'orders',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/orders',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      LAMBDA_TASK_ROOT: HANDLERS,
      LAMBDA_RUNTIME_DIR: expect.stringMatching(/bootstrap$/),
      LD_LIBRARY_PATH: `${HANDLERS}:${HANDLERS}/lib`,
      NODE_PATH: HANDLERS,
      PWD: HANDLERS,
      SHLVL: '0',
      _HANDLER: 'answers.mjs.environment',
    });
  });

  it('is its task root as working directory, and `gc` as in Lambda', async () => {
    const worker = await workers.load('answers.mjs.place');
    expect((await invoke(worker)).answer).toEqual({ directory: HANDLERS, memory: 'function' });
  });

  it('knows the trace id of its own invocation only', async () => {
    const worker = await workers.load('answers.mjs.store');
    expect((await invoke(worker, {}, { traceId: 'Root=1' })).answer).toEqual({
      requestId: REQUEST_ID,
      traceId: 'Root=1',
      variable: 'Root=1',
    });
    expect((await invoke(worker)).answer).toEqual({ requestId: REQUEST_ID });
  });
});

describe('a failure of the handler', () => {
  it('has name, message and the handler’s frames, none of llx', async () => {
    const worker = await workers.load('failures.mjs.rejects');
    const { answer, failure, errorType, logs } = await invoke(worker, { message: 'no stock' });
    expect({ failure, errorType }).toEqual({ failure: 'handler', errorType: 'OrderError' });
    expect(answer).toEqual({
      errorType: 'OrderError',
      errorMessage: 'no stock',
      trace: ['OrderError: no stock', `    at rejects (file://${HANDLERS}/failures.mjs:5:9)`],
    });
    expect(stable(logs)[0]).toMatch(
      new RegExp(
        `^stderr: <time>\t${REQUEST_ID}\tERROR\tInvoke Error \t{"errorType":"OrderError","errorMessage":"no stock"`,
      ),
    );
    expect((await invoke(worker, { message: 'again' })).failure).toBe('handler');
  });

  it.each([
    ['throws', { errorType: 'TypeError', errorMessage: 'not async' }],
    ['text', { errorType: 'string', errorMessage: 'only text', trace: [] }],
    ['unreadable', { errorType: 'handled', trace: [] }],
    ['finished', { errorType: 'Far', errorMessage: 'away', trace: [] }],
  ])('may be of any kind: %s', async (name, expected) => {
    const worker = await workers.load(`failures.mjs.${name}`);
    expect((await invoke(worker)).answer).toMatchObject(expected);
  });

  it('shows the TypeScript file', async () => {
    const worker = await workers.load('typed.ts.handler');
    expect((await invoke(worker, { name: 'luck' })).answer).toMatchObject({
      trace: ['Error: no luck', expect.stringMatching(/test-handlers\/typed\.ts:4:9\)$/)],
    });
  });

  it('is a promise that never settles, when nothing else keeps the process busy', async () => {
    const worker = await workers.load('answers.mjs.never');
    expect(await invoke(worker)).toMatchObject({
      failure: 'handler',
      answer: { errorType: 'Runtime.NodeJsExit' },
    });
    expect(worker.alive).toBe(true);
  });
});
