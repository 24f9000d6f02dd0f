import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { bin, type LlxProcess, startLlx } from '../../support/llx-process.ts';

const stub = join(dirname(bin), '..', 'dist', 'stub', 'index.mjs');
const started: LlxProcess[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-layer-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((llx) => llx.stop()));
  await rm(directory, { recursive: true });
});

async function start(...[args, options]: Parameters<typeof startLlx>): Promise<LlxProcess> {
  const llx = await startLlx(args, { cwd: directory, ...options });
  started.push(llx);
  return llx;
}

test('the stub as a layer, put in front of a function as in an account, brings invocations to a session', async () => {
  const ports = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
  const { endpoint } = (await start(['emulator', ...ports])).ready;
  const settings = { endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY, maxAttempts: 1 };
  const lambda = new LambdaClient(settings);
  const layer = await zipOf({ 'llx/index.mjs': await readFile(stub) });
  const { LayerVersionArn = '' } = await lambda.send(
    new PublishLayerVersionCommand({ LayerName: 'llx', Content: { ZipFile: layer } }),
  );
  const { endpointAddress = '' } = await new IoTClient(settings).send(
    new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }),
  );
  const Variables = {
    LLX_HANDLER: 'index.handler',
    LLX_IOT_ENDPOINT: endpointAddress,
    LLX_ACCOUNT_ID: '000000000000',
  };
  await lambda.send(
    new CreateFunctionCommand({
      ...NODE_FUNCTION,
      FunctionName: 'orders',
      Handler: '/opt/llx/index.handler',
      Layers: [LayerVersionArn],
      Timeout: 30,
      Environment: { Variables },
      Code: { ZipFile: await zipOf({ 'index.mjs': "export const handler = async () => 'deployed';" }) },
    }),
  );
  const project = join(directory, 'project');
  await mkdir(project);
  await writeFile(
    join(project, 'llx.config.json'),
    JSON.stringify({ functions: { orders: { handler: 'orders.handler' } } }),
  );
  await writeFile(join(project, 'orders.ts'), "export const handler = async () => 'local';");
  const session = await start(['dev', '--endpoint', endpoint], { cwd: project });
  await session.line(({ type, status }) => type === 'function' && status === 'serving');
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'orders' }));
  expect(Buffer.from(Payload ?? []).toString()).toBe('"local"');
});
