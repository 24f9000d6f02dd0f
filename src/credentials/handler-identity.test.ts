import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ApiServer, createApiServer } from '../emulator/http/api-server.ts';
import { Identities } from '../emulator/identity/identities.ts';
import { addStsRoute } from '../emulator/sts/sts-route.ts';
import { functionSpec, invoke, TestWorkers } from '../runtime/worker.test-support.ts';
import type { CredentialProvider } from '../signature/credentials.ts';
import { type CredentialSource, HandlerCredentials } from './handler-credentials.ts';
import { stsAssumeRole } from './sts-assume-role.ts';

// The real way: AWS's SDK in a worker process, llx's endpoint, AWS's SDK in this process, and the STS of the emulator.

const HANDLERS = fileURLToPath(new URL('./test-handlers', import.meta.url));
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const ALICE = { accessKeyId: 'AKIAALICE', secretAccessKey: 'the-secret-of-alice' };
const ordersRole = `arn:aws:iam::${ACCOUNT}:role/orders-role`;

const allows = (Action: string) =>
  ({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } }) as const;
const trusts = (Principal: Record<string, string>) =>
  ({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } }) as const;

const workers = new TestWorkers();
let api: ApiServer;
let identities: Identities;
let endpoint: string;
let credentials: HandlerCredentials;
let problems: unknown[];

const functionOf = (name: string) =>
  functionSpec({
    name,
    arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
    handler: 'identity.caller',
    root: HANDLERS,
    timeoutMs: 30_000,
  });

beforeAll(async () => {
  identities = new Identities({
    account: ACCOUNT,
    region: REGION,
    functions: [
      { name: 'orders', role: 'orders-role' },
      { name: 'bills', role: 'bills-role' },
    ],
    iam: {
      users: {
        alice: {
          accessKeys: [{ id: ALICE.accessKeyId, secret: ALICE.secretAccessKey }],
          policies: [allows('sts:*')],
        },
      },
      roles: {
        'orders-role': {
          trust: trusts({ AWS: `arn:aws:iam::${ACCOUNT}:root`, Service: 'lambda.amazonaws.com' }),
        },
        'bills-role': { trust: trusts({ Service: 'lambda.amazonaws.com' }) },
      },
    },
  });
  api = createApiServer({ host: '127.0.0.1', port: 0 });
  addStsRoute(api.app, identities);
  endpoint = (await api.listen()).url;
});

afterAll(async () => {
  await Promise.all([workers.close(), api.close()]);
});

afterEach(() => credentials.close());

const master: CredentialProvider = async () => ALICE;

const assumed = (): CredentialSource => ({
  mode: 'assume-role',
  assumeRole: stsAssumeRole({ master, region: REGION, endpoint }),
  roleOf: (functionArn) => identities.roleArnOf(functionArn.split(':')[6] ?? ''),
  lane: 'alice',
});

/** What a handler of the function is told by STS that it is. */
async function callerIn(name: string, source: CredentialSource, forwarded = false): Promise<unknown> {
  problems = [];
  credentials = new HandlerCredentials({
    source,
    endpointUrl: endpoint,
    onProblem: (_functionArn, error) => problems.push(error),
  });
  const spec = functionOf(name);
  if (forwarded) credentials.accept(spec.arn, identities.functionCredentials(name));
  const worker = workers.spawn(spec);
  const code = { file: join(HANDLERS, 'identity.mjs'), exportPath: 'caller' };
  await worker.load(spec, code, { environmentOf: credentials.environmentOf });
  return (await invoke(worker, {}, { remainingMs: 30_000 })).answer;
}

test('assume-role: the handler is its function’s role, in the developer’s session', async () => {
  expect(await callerIn('orders', assumed())).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/llx-alice@orders`,
  );
  expect(problems).toEqual([]);
});

test('forward: the handler is what the deployed function is', async () => {
  expect(await callerIn('orders', { mode: 'forward' }, true)).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders`,
  );
});

test('ambient: the handler is the developer, whose long-term keys have no token', async () => {
  expect(await callerIn('orders', { mode: 'ambient', master })).toBe(`arn:aws:iam::${ACCOUNT}:user/alice`);
});

test('given: the handler is what the emulator says', async () => {
  const providerOf =
    (functionArn: string): CredentialProvider =>
    async () =>
      identities.functionCredentials(functionArn.split(':')[6] ?? '');
  expect(await callerIn('bills', { mode: 'given', providerOf })).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/bills-role/bills`,
  );
});

test('a role that trusts only Lambda leaves the handler without credentials, and the developer with the mend', async () => {
  expect(await callerIn('bills', assumed())).toMatchObject({ errorType: 'CredentialsProviderError' });
  expect(problems).toContainEqual(
    expect.objectContaining({
      code: 'LLX_ROLE_DENIED',
      message: expect.stringContaining(
        `Expected arn:aws:iam::${ACCOUNT}:user/alice to be allowed to assume arn:aws:iam::${ACCOUNT}:role/bills-role`,
      ),
      mend: expect.stringContaining(
        `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::${ACCOUNT}:user/alice"}}`,
      ),
    }),
  );
});

test('the developer’s own keys that are wrong are not taken for a role that refuses', async () => {
  const wrong: CredentialProvider = async () => ({ ...ALICE, secretAccessKey: 'another-secret' });
  const source: CredentialSource = {
    mode: 'assume-role',
    assumeRole: stsAssumeRole({ master: wrong, region: REGION, endpoint }),
    roleOf: () => ordersRole,
    lane: 'alice',
  };
  expect(await callerIn('orders', source)).toMatchObject({ errorType: 'CredentialsProviderError' });
  expect(problems).toEqual([expect.objectContaining({ name: 'SignatureDoesNotMatch' })]);
});
