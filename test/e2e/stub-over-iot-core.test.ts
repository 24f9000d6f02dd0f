import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { IamConfig } from '../../src/emulator/identity/iam-config.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { Runtime } from '../../src/runtime/invocation.ts';
import { createSpawnWorker } from '../../src/runtime/spawn-worker.ts';
import type { AwsCredentials } from '../../src/signature/credentials.ts';
import { lambdaClient } from '../support/llx-process.ts';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist');
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
const IOT = 'arn:aws:iot:us-east-1:000000000000';

let directory: string;
let runtime: Runtime;
let emulator: Emulator | undefined;
let events: string[];
let onEvent: () => void;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-stub-iot-'));
  await writeFile(
    join(directory, 'hello.mjs'),
    `export const handler = async () => ({
      key: process.env.AWS_ACCESS_KEY_ID.slice(0, 4), token: process.env.AWS_SESSION_TOKEN !== undefined,
      endpoint: process.env.AWS_ENDPOINT_URL });`,
  );
  events = [];
  onEvent = () => undefined;
});

afterEach(async () => {
  await emulator?.close();
  await runtime.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(iam: IamConfig, wssPort?: number): Promise<Emulator> {
  const note = (text: string): void => {
    events.push(text);
    onEvent();
  };
  runtime = createRuntime({
    spawnWorker: createSpawnWorker({ bootstrapFile: join(dist, 'bootstrap.mjs') }),
    buildDirectory: join(directory, '.llx'),
    environmentOf: (spec) => emulator?.environmentOf(spec) ?? {},
  });
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    ...(wssPort === undefined ? {} : { wssPort }),
    certificateDirectory: join(directory, 'certificates'),
    region: 'us-east-1',
    account: '000000000000',
    iam,
    functions: [
      {
        name: 'hello',
        arn: ARN,
        role: 'hello-role',
        handler: 'hello.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 10_000,
        memoryMb: 128,
        environment: {},
        root: directory,
        code: 'package',
      },
    ],
    runtime,
    stubs: 'host',
    stubFile: join(dist, 'stub', 'index.mjs'),
    stubHostFile: join(dist, 'stub-host.mjs'),
    onDrop: (process, reason, detail) => note(`${process} ${reason}: ${detail}`),
    onNotice: note,
  });
  return emulator;
}

async function happened(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = events.find((text) => pattern.test(text));
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      onEvent = resolve;
    });
  }
}

async function invoke({ endpoint }: Emulator, credentials?: AwsCredentials): Promise<unknown> {
  const answer = await lambdaClient(endpoint, credentials).send(new InvokeCommand({ FunctionName: 'hello' }));
  return JSON.parse(answer.Payload?.transformToString() ?? '');
}

const statement = (Action: string, Resource: string | string[]) =>
  ({ Effect: 'Allow', Action, Resource }) as const;

/** What docs/live.md gives a function. */
const STUB_POLICY = {
  Statement: [
    statement('iot:Connect', `${IOT}:client/llx-stub-*`),
    statement('iot:Publish', `${IOT}:topic/llx/v1/${ARN}/in/*`),
    statement('iot:GetRetainedMessage', `${IOT}:topic/llx/v1/*`),
    statement('iot:Subscribe', [
      `${IOT}:topicfilter/llx/v1/${ARN}/*`,
      `${IOT}:topicfilter/llx/v1/sessions/*`,
    ]),
    statement('iot:Receive', [`${IOT}:topic/llx/v1/${ARN}/*`, `${IOT}:topic/llx/v1/sessions/*`]),
  ],
};

test('a stub beside IoT Core’s port is its function’s role: without iot:Connect it is refused', async () => {
  const aws = await start({ roles: { 'hello-role': { policies: [] } } }, 0);
  aws.prepareStubs();
  expect(await happened(/iot:Connect/)).toMatch(
    /^broker broker-rule: iot:Connect on client\/llx-stub-\S+ is not allowed to arn:aws:sts::000000000000:assumed-role\/hello-role\/hello \(client llx-stub-\S+\)$/,
  );
});

test.each([
  ['IoT Core’s port', 0],
  ['the plain port', undefined],
])('a function whose role has the documented policy runs its deployed code, by %s', async (_, wssPort) => {
  // Closed: the development key is not known.
  const caller = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const accessKeys = [{ id: caller.accessKeyId, secret: caller.secretAccessKey }];
  const users = { caller: { accessKeys, policies: [EVERYTHING] } };
  const aws = await start({ users, roles: { 'hello-role': { policies: [STUB_POLICY] } } }, wssPort);
  aws.prepareStubs();
  expect(await invoke(aws, caller)).toEqual({ key: 'ASIA', token: true, endpoint: aws.endpoint });
  expect(aws.broker.connections).toBe(1);
  expect(events).toEqual([]);
});

const EVERYTHING = { Statement: statement('*', '*') };
