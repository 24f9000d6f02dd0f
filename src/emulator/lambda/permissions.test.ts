import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { signRequest } from '../../signature/sign-request.ts';
import { type ApiServer, createApiServer } from '../http/api-server.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import { Identities } from '../identity/identities.ts';
import type { PolicyDocument } from '../identity/policy-document.ts';
import { RequestAccess } from '../identity/request-access.ts';
import { addRetainedRoute } from '../iot/retained-route.ts';
import { InvocationService } from './invocation-service.ts';
import { addInvokeRoute } from './invoke-route.ts';
import { ORDERS_ARN, ordersRegistry, succeeded } from './lambda.test-support.ts';

const SCOPE = { account: '000000000000', region: 'us-east-1' };
const IOT_ARN = 'arn:aws:iot:us-east-1:000000000000';

const allow = (Action: string, Resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});

/** `reader` may look at the function, `caller` may invoke it, `nobody` may do nothing. */
const users: IamConfig['users'] = {
  reader: { accessKeys: [keyOf('READER')], policies: [allow('lambda:GetFunction*', ORDERS_ARN)] },
  caller: {
    accessKeys: [keyOf('CALLER')],
    policies: [allow('lambda:InvokeFunction', ORDERS_ARN), allow('iot:Get*', `${IOT_ARN}:topic/llx/*`)],
  },
  nobody: { accessKeys: [keyOf('NOBODY')] },
};

let api: ApiServer;
let url: string;
let service: InvocationService;
let clients: LambdaClient[];

beforeEach(async () => {
  clients = [];
  service = new InvocationService({
    registry: ordersRegistry({ stubbed: false }),
    direct: async ({ event }) => succeeded(event),
    stubbed: () => expect.fail('the function is not stubbed'),
  });
  const identities = new Identities({ ...SCOPE, iam: { users }, functions: [{ name: 'orders' }] });
  const access = new RequestAccess(identities);
  const broker = { retained: async () => Buffer.from('kept') };
  api = createApiServer({ host: '127.0.0.1', port: 0 });
  addInvokeRoute(api.app, service, access);
  addRetainedRoute(api.app, broker, { access, arnPrefix: IOT_ARN });
  url = (await api.listen()).url;
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await service.close();
  await api.close();
});

function keyOf(name: string): { readonly id: string; readonly secret: string } {
  return { id: `AKIA${name}0000000000`, secret: `the secret of ${name}` };
}

function credentialsOf(name: string): AwsCredentials {
  const { id, secret } = keyOf(name);
  return { accessKeyId: id, secretAccessKey: secret };
}

function lambda(name: string): LambdaClient {
  const client = new LambdaClient({
    endpoint: url,
    region: SCOPE.region,
    credentials: credentialsOf(name),
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
  return [$metadata.httpStatusCode, name, message];
}

const denied = (user: string, action: string, resource = ORDERS_ARN) => [
  403,
  'AccessDeniedException',
  `User: arn:aws:iam::000000000000:user/${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
];

describe('Invoke', () => {
  const input = { FunctionName: 'orders', Payload: Buffer.from('{"n":1}') };

  test('needs lambda:InvokeFunction on the function', async () => {
    const answer = await lambda('CALLER').send(new InvokeCommand(input));
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe('{"n":1}');
    expect(await refusal(lambda('READER').send(new InvokeCommand(input)))).toEqual(
      denied('reader', 'lambda:InvokeFunction'),
    );
  });

  test('is told as denied, not as unknown, for a function that is not there', async () => {
    const call = lambda('NOBODY').send(
      new InvokeCommand({ ...input, FunctionName: 'bills', Qualifier: '7' }),
    );
    expect(await refusal(call)).toEqual(
      denied('nobody', 'lambda:InvokeFunction', `${ORDERS_ARN.replace('orders', 'bills')}:7`),
    );
  });

  test('by an ARN is verified as AWS’s client signs it', async () => {
    const answer = await lambda('CALLER').send(new InvokeCommand({ ...input, FunctionName: ORDERS_ARN }));
    expect(answer.StatusCode).toBe(200);
  });
});

test('GetRetainedMessage needs iot:GetRetainedMessage on the topic, by either name of the service', async () => {
  const read = async (topic: string, service: string): Promise<unknown> => {
    const address = `${url}/retainedMessage/${encodeURIComponent(topic)}`;
    const { region } = SCOPE;
    const headers = signRequest({
      method: 'GET',
      url: address,
      service,
      region,
      credentials: credentialsOf('CALLER'),
    });
    const response = await fetch(address, { headers });
    const { payload, message } = (await response.json()) as Record<string, unknown>;
    return [response.status, response.headers.get('x-amzn-errortype'), payload ?? message];
  };
  expect(await read('llx/a', 'iotdata')).toEqual([200, null, 'a2VwdA==']);
  expect(await read('llx/a', 'iotdevicegateway')).toEqual([200, null, 'a2VwdA==']);
  expect(await read('other', 'iotdata')).toEqual([403, 'ForbiddenException', 'Forbidden']);
});

test('a request without a signature is refused', async () => {
  const response = await fetch(`${url}/2015-03-31/functions/orders/invocations`, { method: 'POST' });
  expect([response.status, response.headers.get('x-amzn-errortype'), await response.json()]).toEqual([
    403,
    'MissingAuthenticationTokenException',
    { message: 'Missing Authentication Token' },
  ]);
});
