import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION } from '../../support/deployed-code.ts';
import { type LlxProcess, startLlx } from '../../support/llx-process.ts';

const USER_KEY = { accessKeyId: 'AKIAALICE00000000000', secretAccessKey: 'a secret of the emulator alone' };

let directory: string;
let llx: LlxProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-keys-'));
});

afterEach(async () => {
  await llx?.stop();
  llx = undefined;
  await rm(directory, { recursive: true });
});

async function start(...flags: readonly string[]): Promise<LlxProcess> {
  const ports = ['--port', '0', '--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
  llx = await startLlx(['emulator', '--ephemeral', ...ports, ...flags], { cwd: directory });
  return llx;
}

type Asker = { readonly send: (endpoint: string, options: ClientOptions) => Promise<unknown> };
type ClientOptions = { readonly credentials: typeof USER_KEY; readonly systemClockOffset?: number };

/** A call of each way in which services are asked: REST, JSON by its target, and the query protocol. */
const SERVICES: Readonly<Record<string, Asker>> = {
  lambda: {
    send: (endpoint, options) =>
      new LambdaClient(settings(endpoint, options)).send(new ListFunctionsCommand()),
  },
  sqs: {
    send: (endpoint, options) => new SQSClient(settings(endpoint, options)).send(new ListQueuesCommand()),
  },
  sts: {
    send: (endpoint, options) =>
      new STSClient(settings(endpoint, options)).send(new GetCallerIdentityCommand()),
  },
};

function settings(endpoint: string, options: ClientOptions) {
  return {
    endpoint: endpoint.replace('0.0.0.0', '127.0.0.1'),
    region: 'us-east-1',
    maxAttempts: 1,
    ...options,
  };
}

/** By service what it answered: the name of its error, or `allowed`. */
async function answers(options: ClientOptions): Promise<Record<string, string>> {
  const asked = Object.entries(SERVICES).map(async ([service, { send }]) => {
    const answer = await send(llx?.ready.endpoint ?? '', options).then(
      () => 'allowed',
      (error: Error) => error.name,
    );
    return [service, answer] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

const ALLOWED = { lambda: 'allowed', sqs: 'allowed', sts: 'allowed' };
const UNKNOWN = {
  lambda: 'UnrecognizedClientException',
  sqs: 'UnrecognizedClientException',
  sts: 'InvalidClientTokenId',
};

test('an emulator that knows no key says so', async () => {
  const { line } = await start('--no-dev-key');
  expect(await line(({ type }) => type === 'notice')).toEqual({
    type: 'notice',
    level: 'warning',
    text: 'Nobody can call this emulator: it knows no keys. Configure iam.users, make a key (llx keys create NAME), or leave out --no-dev-key.',
  });
  expect(await answers({ credentials: DEVELOPMENT_KEY })).toEqual(UNKNOWN);
});

test('once there are users, theirs are the only keys', async () => {
  const Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const { accessKeyId: id, secretAccessKey: secret } = USER_KEY;
  const alice = { accessKeys: [{ id, secret }], policies: [{ Version: '2012-10-17', Statement }] };
  await writeFile(
    join(directory, 'llx.config.json'),
    JSON.stringify({ functions: { orders: { handler: 'orders.handler' } }, iam: { users: { alice } } }),
  );
  await writeFile(join(directory, 'orders.mjs'), 'export const handler = async () => 1;');
  const { lines } = await start();
  expect(await answers({ credentials: DEVELOPMENT_KEY })).toEqual(UNKNOWN);
  expect(await answers({ credentials: USER_KEY })).toEqual(ALLOWED);
  expect(lines.filter(({ type }) => type === 'notice')).toEqual([]);
});

test.each([-1, 1])('a clock that is %i times 16 minutes off signs nothing that is taken', async (sign) => {
  await start();
  const tooFar = { credentials: DEVELOPMENT_KEY, systemClockOffset: sign * 16 * 60_000 };
  expect(await answers(tooFar)).toEqual({
    lambda: 'InvalidSignatureException',
    sqs: 'InvalidSignatureException',
    sts: 'SignatureDoesNotMatch',
  });
  const near = { credentials: DEVELOPMENT_KEY, systemClockOffset: sign * 14 * 60_000 };
  expect(await answers(near)).toEqual(ALLOWED);
});

test('the keys of a function’s role are good until it is deleted', async () => {
  const { ready } = await start();
  await writeFile(
    join(directory, 'index.mjs'),
    `export const handler = async () => ({
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
      sessionToken: process.env.AWS_SESSION_TOKEN,
    });`,
  );
  const client = new LambdaClient(settings(ready.endpoint ?? '', { credentials: DEVELOPMENT_KEY }));
  const FunctionName = 'orders';
  await client.send(
    new CreateFunctionCommand({
      ...NODE_FUNCTION,
      FunctionName,
      Code: { S3Bucket: '__local__', S3Key: directory },
    }),
  );
  const { Payload } = await client.send(new InvokeCommand({ FunctionName }));
  const credentials = JSON.parse(Payload?.transformToString() ?? '');
  expect(await answers({ credentials })).toEqual(ALLOWED);
  await client.send(new DeleteFunctionCommand({ FunctionName }));
  expect(await answers({ credentials })).toEqual(UNKNOWN);
  client.destroy();
});
