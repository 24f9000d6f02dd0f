import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { functionSpec, invoke, TestWorkers } from '../runtime/worker.test-support.ts';
import type { Worker } from '../runtime/worker.ts';
import type { AwsCredentials } from '../signature/credentials.ts';
import type { AssumeRole } from './assume-role.ts';
import { type CredentialSource, HandlerCredentials } from './handler-credentials.ts';

const HANDLERS = fileURLToPath(new URL('./test-handlers', import.meta.url));

/** The home of a developer with every kind of credentials that an SDK looks for. */
let home: string;
let workers: TestWorkers;
let credentials: HandlerCredentials;
let problems: unknown[];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llx-home-'));
  const keys = 'aws_access_key_id = AKIADEVELOPER\naws_secret_access_key = secret-of-the-developer\n';
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws', 'credentials'), `[default]\n${keys}[work]\n${keys}`);
  await writeFile(join(home, '.aws', 'config'), `[default]\nregion = eu-west-1\n[profile work]\n${keys}`);
  workers = new TestWorkers({
    developerEnvironment: {
      PATH: process.env.PATH,
      HOME: home,
      AWS_PROFILE: 'work',
      AWS_ACCESS_KEY_ID: 'AKIADEVELOPER',
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-developer',
    },
  });
});

afterAll(async () => {
  await workers.close();
  await rm(home, { recursive: true });
});

afterEach(() => credentials.close());

const arnOf = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;

function made(name: string): AwsCredentials {
  const expiration = new Date(Date.now() + 3_600_000);
  return {
    accessKeyId: `ASIA-${name}`,
    secretAccessKey: 'secret-of-a-role',
    sessionToken: 'token',
    expiration,
  };
}

function serve(source: CredentialSource, endpointUrl?: string): void {
  problems = [];
  credentials = new HandlerCredentials({
    source,
    onProblem: (functionArn, error) => problems.push([functionArn, error]),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
  });
}

const given: CredentialSource = {
  mode: 'given',
  providerOf: (functionArn) => async () => made(functionArn.split(':')[6] ?? ''),
};

async function load(exportPath: string, settings: Parameters<typeof functionSpec>[0] = {}): Promise<Worker> {
  const { name = 'orders' } = settings;
  const spec = functionSpec({
    name,
    arn: arnOf(name),
    handler: `identity.${exportPath}`,
    root: HANDLERS,
    ...settings,
  });
  const worker = workers.spawn(spec);
  const outcome = await worker.load(
    spec,
    { file: join(HANDLERS, 'identity.mjs'), exportPath },
    { environmentOf: credentials.environmentOf },
  );
  if (outcome.status === 'failed') throw new Error(Buffer.from(outcome.payload).toString());
  return worker;
}

describe('what the unmodified AWS SDK finds in a handler', () => {
  test('are the credentials of its function, and no profile of the developer', async () => {
    serve(given);
    const worker = await load('found');
    expect((await invoke(worker, { profiles: ['default', 'work'] })).answer).toEqual({
      chain: { accessKeyId: 'ASIA-orders', expires: true },
      profiles: ['CredentialsProviderError', 'CredentialsProviderError'],
    });
  });

  test('are not those that the function’s own variables name', async () => {
    serve(given);
    const worker = await load('found', {
      environment: {
        AWS_ACCESS_KEY_ID: 'AKIACONFIGURED',
        AWS_SECRET_ACCESS_KEY: 'configured',
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/configured',
        AWS_WEB_IDENTITY_TOKEN_FILE: '/configured',
        AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/configured',
      },
    });
    expect((await invoke(worker, { profiles: [] })).answer).toMatchObject({
      chain: { accessKeyId: 'ASIA-orders' },
    });
  });

  test('are not those of another worker: its address refuses the token', async () => {
    serve(given);
    const worker = await load('askFor');
    const sibling = await credentials.environmentOf({ arn: arnOf('orders'), environment: {} });
    const other = await credentials.environmentOf({ arn: arnOf('bills'), environment: {} });
    const ask = async (environment: Record<string, string>): Promise<unknown> =>
      (await invoke(worker, { url: environment.AWS_CONTAINER_CREDENTIALS_FULL_URI })).answer;
    expect([await ask({}), await ask(sibling), await ask(other)]).toEqual([200, 403, 403]);
  });

  test('stay out of its environment: only the address of the endpoint and its token are there', async () => {
    serve(given, 'http://127.0.0.1:4566');
    const { answer } = await invoke(await load('environment'));
    expect(JSON.stringify(answer)).not.toMatch(/DEVELOPER|secret|ASIA|PROFILE/);
    expect(answer).toMatchObject({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]+$/),
      AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^llx-credentials-[\w-]{43}$/),
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    });
  });

  test('goes to the emulator, unless the function itself names an endpoint', async () => {
    serve(given, 'http://127.0.0.1:4566');
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' };
    expect((await invoke(await load('environment', { environment }))).answer).toMatchObject(environment);
  });
});

describe('where the credentials come from', () => {
  const chain = async (): Promise<unknown> => {
    const { answer } = await invoke(await load('found'), { profiles: [] });
    return answer;
  };

  test('assume-role: the role of the function, in a session named after lane and function', async () => {
    const requests: unknown[] = [];
    const assumeRole: AssumeRole = async (request) => {
      requests.push(request);
      return made('assumed');
    };
    serve({
      mode: 'assume-role',
      assumeRole,
      roleOf: async (functionArn) => `role of ${functionArn}`,
      lane: 'alice',
    });
    expect(await chain()).toMatchObject({ chain: { accessKeyId: 'ASIA-assumed' } });
    expect(await chain()).toMatchObject({ chain: { accessKeyId: 'ASIA-assumed' } });
    expect(requests).toEqual([
      {
        RoleArn: `role of ${arnOf('orders')}`,
        RoleSessionName: 'llx-alice@orders',
        DurationSeconds: 3_600,
      },
    ]);
  });

  test('assume-role: a role that cannot be found out is asked for again', async () => {
    let asked = 0;
    serve({
      mode: 'assume-role',
      assumeRole: async ({ RoleArn }) => made(RoleArn),
      roleOf: () => {
        asked += 1;
        if (asked === 1) throw new Error('Lambda did not answer');
        return 'found';
      },
      lane: 'alice',
    });
    expect(await chain()).toMatchObject({ chain: { accessKeyId: 'ASIA-found' } });
    expect(asked).toBe(2);
  });

  test('forward: what the deployed function sent; in the other modes that is not kept', async () => {
    serve({ mode: 'forward' });
    credentials.accept(arnOf('orders'), made('forwarded'));
    expect(await chain()).toMatchObject({ chain: { accessKeyId: 'ASIA-forwarded' } });
    await credentials.close();
    serve({ mode: 'ambient', master: async () => made('developer') });
    credentials.accept(arnOf('orders'), made('forwarded'));
    expect(await chain()).toMatchObject({ chain: { accessKeyId: 'ASIA-developer' } });
  });
});
