import { devNull } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf, functionSpec, invoke, TestWorkers } from './worker.test-support.ts';

/** What a developer's shell may hold. */
const developerEnvironment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  AWS_PROFILE: 'the-developers-own',
  AWS_DEFAULT_PROFILE: 'the-developers-own',
  AWS_ACCESS_KEY_ID: 'AKIADEVELOPER',
  AWS_SECRET_ACCESS_KEY: 'the-developers-secret',
  AWS_SESSION_TOKEN: 'the-developers-token',
  AWS_CONFIG_FILE: '/home/developer/.aws/config',
  AWS_SHARED_CREDENTIALS_FILE: '/home/developer/.aws/credentials',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/the-developers-own',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/the-developers-own',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-developers-own',
  AWS_WEB_IDENTITY_TOKEN_FILE: '/the-developers-own',
  AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/the-developers-own',
  AWS_ENDPOINT_URL: 'http://the-developers-own.example',
  LLX_SOMETHING: 'the-developers-own',
};

const workers = new TestWorkers({ developerEnvironment });
afterAll(() => workers.close());

async function environment(
  settings: Parameters<TestWorkers['load']>[1] = {},
  environmentOf?: Parameters<TestWorkers['load']>[3],
): Promise<Readonly<Record<string, unknown>>> {
  const worker = await workers.load('environment.mjs.shown', settings, {}, environmentOf);
  return (await invoke(worker)).answer as Record<string, unknown>;
}

describe('the environment of a handler', () => {
  it('has nothing of the developer’s identity: names and values', async () => {
    const seen = await environment();
    expect(JSON.stringify(seen)).not.toMatch(/developer|AKIA|PROFILE|LLX_/i);
    expect(
      Object.keys(seen)
        .filter((name) => /^_?AWS_/.test(name))
        .sort(),
    ).toEqual([
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_REGION',
      'AWS_SHARED_CREDENTIALS_FILE',
      'AWS_XRAY_CONTEXT_MISSING',
      'AWS_XRAY_DAEMON_ADDRESS',
      '_AWS_XRAY_DAEMON_ADDRESS',
      '_AWS_XRAY_DAEMON_PORT',
    ]);
    expect(seen).toMatchObject({
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });

  it('takes no credentials from the function’s own variables, and keeps the rest of them', async () => {
    const seen = await environment({
      environment: {
        STAGE: 'test',
        AWS_ACCESS_KEY: 'configured',
        AWS_ACCESS_KEY_ID: 'configured',
        AWS_SECRET_ACCESS_KEY: 'configured',
        AWS_SESSION_TOKEN: 'configured',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'configured',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'configured',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'configured',
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'configured',
        AWS_WEB_IDENTITY_TOKEN_FILE: 'configured',
      },
    });
    expect(seen.STAGE).toBe('test');
    expect(Object.entries(seen).filter(([, value]) => value === 'configured')).toEqual([]);
  });

  it('ends with what is added for its worker, which wins', async () => {
    const settings = { environment: { STAGE: 'test', GREETING: 'configured' } };
    const seen = await environment(settings, ({ name }) => ({ GREETING: `for ${name}`, AWS_REGION: 'here' }));
    expect(seen).toMatchObject({ STAGE: 'test', GREETING: 'for orders', AWS_REGION: 'here' });
  });

  it('is asked for once in the life of a worker', async () => {
    let asked = 0;
    const worker = await workers.load('environment.mjs.shown', {}, {}, async () => {
      asked += 1;
      return { ASKED: String(asked) };
    });
    expect((await invoke(worker)).answer).toMatchObject({ ASKED: '1' });
    expect((await invoke(worker)).answer).toMatchObject({ ASKED: '1' });
    expect(asked).toBe(1);
  });
});

describe('an addition to the environment that cannot be had', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('no port is free'))],
    [
      'throws',
      () => {
        throw new Error('no port is free');
      },
    ],
  ])('fails the load with a typed error, and the process is gone: %s', async (_how, environmentOf) => {
    const spec = functionSpec();
    const worker = workers.spawn(spec);
    const outcome = await worker.load(spec, codeOf('environment.mjs.shown'), { environmentOf });
    expect(outcome).toEqual({
      status: 'failed',
      failure: 'init',
      errorType: 'Llx.EnvironmentError',
      payload: Buffer.from(
        '{"errorType":"Llx.EnvironmentError","errorMessage":"the environment of the handler could not be prepared: no port is free"}',
      ),
      logs: [],
    });
    await worker.exited;
    expect(worker.alive).toBe(false);
  });

  it('is part of the init phase, which ends for it as well', async () => {
    const spec = functionSpec();
    const { promise, resolve } = Promise.withResolvers<Record<string, string>>();
    const worker = workers.spawn(spec, { initTimeoutMs: 50 });
    const outcome = await worker.load(spec, codeOf('environment.mjs.shown'), {
      environmentOf: () => promise,
    });
    expect(outcome).toMatchObject({ status: 'failed', failure: 'timeout', errorType: 'Sandbox.Timedout' });
    resolve({});
    expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
