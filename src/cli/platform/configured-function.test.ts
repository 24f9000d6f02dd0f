import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { InvocationResult, Runtime } from '../../runtime/invocation.ts';
import { awsTarget } from '../aws-target.ts';
import { planDeployment } from './deploy/deploy-function.ts';
import { openLambda } from './lambda-calls.ts';
import { runList } from './run-list.ts';

/** Nothing here invokes a function. */
const RUNTIME = {
  invoke(_spec: unknown, _: { readonly event: Uint8Array }): Promise<InvocationResult> {
    return Promise.reject(new Error('invoked'));
  },
  close: () => Promise.resolve(),
} as Runtime;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'us-east-1',
    account: '000000000000',
    functions: [
      {
        name: 'hello',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
        root: '/',
        code: 'package',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3000,
        memoryMb: 128,
        environment: {},
      },
    ],
    runtime: RUNTIME,
    stubFile: '',
    stubHostFile: '',
    stubs: 'none',
    onNotice: () => undefined,
    onDrop: () => undefined,
  });
});
afterAll(() => emulator.close());

test('a function of the configuration is listed with the host that it has', async () => {
  const printed: string[] = [];
  const stream = { write: (text: string) => printed.push(text) };
  await runList({ endpoint: emulator.endpoint, json: true }, { stdout: stream, stderr: stream, env: {} });
  const { port } = new URL(emulator.endpoint);
  expect(printed.map((line) => JSON.parse(line))).toMatchObject([
    { function: 'hello', url: `http://hello.localhost:${port}` },
  ]);
});

test('a deployment over a function of the configuration is refused by its plan, so by a dry run, too', async () => {
  const lambda = openLambda(await awsTarget({ endpoint: emulator.endpoint }), new AbortController().signal);
  const settings = { environment: {}, removedVariables: [], firstUrl: 'public' } as const;
  const request = { functionName: 'hello', alias: 'live', settings };
  const code = {
    runtime: 'nodejs24.x',
    handler: 'i.h',
    zip: Buffer.of(),
    sha256: 'x',
    files: 1,
    notices: [],
  };
  await expect(planDeployment(lambda, request, code)).rejects.toMatchObject({
    code: 'LLX_USAGE',
    message: expect.stringContaining('hello, which the emulator has from its configuration'),
  });
  lambda.close();
});
