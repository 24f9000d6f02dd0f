import { CreateFunctionCommand, InvokeCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dockerSkipped,
  noDockerEngine,
  TEST_IMAGE,
  TEST_NETWORK,
  TestEngine,
} from '../../src/runtime/container/docker-engine.test-support.ts';
import { NODE_FUNCTION, zipOf } from '../support/deployed-code.ts';
import { lambdaClient, startLlx } from '../support/llx-process.ts';

let engine: TestEngine;

describe.skipIf(noDockerEngine !== undefined)(`llx emulator --isolation container${dockerSkipped}`, () => {
  beforeAll(async () => {
    engine = await TestEngine.start();
  }, 120_000);
  afterAll(() => engine.close(), 60_000);

  test('as it is published runs a function that is deployed as a zip in a container', async () => {
    await using open = new AsyncDisposableStack();
    const containers = ['--isolation', 'container', '--container-image', TEST_IMAGE];
    const network = ['--container-network', TEST_NETWORK, '--container-warm', '1'];
    const flags = ['emulator', '--ephemeral', '--port', '0', '--mqtt-port', '0', ...containers, ...network];
    const env = { DOCKER_HOST: `unix://${engine.socketPath}` };
    const llx = open.adopt(await startLlx(flags, { cwd: engine.directory, env }), async (one) => {
      await one.stop();
    });
    const client = open.adopt(lambdaClient(llx.ready.endpoint), (one) => one.destroy());
    const code = 'export const handler = async (event) => ({ event, root: process.env.LAMBDA_TASK_ROOT });';
    const FunctionName = 'boxed';
    const ZipFile = await zipOf({ 'index.mjs': code });
    await client.send(
      new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName, Timeout: 60, Code: { ZipFile } }),
    );
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 60, minDelay: 0.05 }, { FunctionName });
    const { Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: '{"n":1}' }));
    expect(JSON.parse(Payload?.transformToString() ?? '')).toEqual({ event: { n: 1 }, root: '/var/task' });
  }, 120_000);
});
