import { afterEach, expect, test } from 'vitest';
import type { FunctionSpec } from '../../runtime/invocation.ts';
import type { SessionEvent } from '../../session/event.ts';
import { createSessionStore } from '../../session/store.ts';
import { Closers } from '../closers.ts';
import type { DeployedConfiguration } from './aws-access.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { createHandlerEnvironment, type HandlerEnvironmentOptions } from './handler-environment.ts';

const ORDERS: FunctionSpec = {
  name: 'orders',
  arn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders',
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: { STAGE: 'local', AWS_ACCESS_KEY_ID: 'AKIACONFIGURED' },
  root: '/',
  code: 'source',
};
const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'a-secret-of-the-role',
  sessionToken: 'a-token',
  expiration: new Date(Date.now() + 3_600_000),
};

const closers = new Closers();
afterEach(() => closers.close(() => undefined));

function open(
  functionConfiguration: () => Promise<DeployedConfiguration>,
  options: Partial<HandlerEnvironmentOptions> = {},
) {
  const store = createSessionStore();
  const events: SessionEvent[] = [];
  store.onEvent((event) => events.push(event));
  const environment = createHandlerEnvironment({
    mode: 'assume-role',
    lane: 'default',
    master: async () => credentials,
    assumeRole: async () => credentials,
    deployed: new DeployedFunctions({ functionConfiguration }),
    store,
    closers,
    ...options,
  });
  return { environment, events };
}

test('a handler has what the deployment set, what the project sets over it, and an address for its credentials', async () => {
  const { environment } = open(async () => ({
    arn: ORDERS.arn,
    roleArn: 'arn:aws:iam::123456789012:role/orders',
    timeoutSeconds: 3,
    memoryMb: 128,
    environment: { TABLE: 'orders-x1', STAGE: 'prod', LLX_HANDLER: 'index.handler' },
    layers: [],
  }));
  expect(await environment.environmentOf(ORDERS)).toEqual({
    TABLE: 'orders-x1',
    STAGE: 'local',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
    AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.any(String),
  });
});

test('what is not known of a deployment is said once, and the handler runs without it', async () => {
  const { environment, events } = open(() => Promise.reject(new Error('not deployed')), { mode: 'ambient' });
  const first = await environment.environmentOf(ORDERS);
  await environment.environmentOf(ORDERS);
  expect(first).toMatchObject({ STAGE: 'local' });
  expect(events).toEqual([
    {
      type: 'notice',
      level: 'warning',
      text: 'The deployed variables of orders are not known: not deployed',
    },
  ]);
});

test('only a session that wants them forwarded takes credentials from offers', () => {
  const nothing = () => Promise.reject(new Error('not asked'));
  expect(open(nothing, { mode: 'forward' }).environment.onCredentials).toBeTypeOf('function');
  expect(open(nothing).environment.onCredentials).toBeUndefined();
});
