import { expect, test } from 'vitest';
import { readSettings } from './stub-settings.ts';

const ENVIRONMENT = {
  LLX_HANDLER: 'index.handler',
  LLX_BROKER_URL: 'mqtt://broker.test',
  LLX_ACCOUNT_ID: '123456789012',
  LAMBDA_TASK_ROOT: '/var/task',
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'orders',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
};

const read = (changes: Record<string, string | undefined>) =>
  readSettings({ ...ENVIRONMENT, ...changes }, (path) => `the file ${path}`);

test('a function with the least that it needs', () => {
  expect(read({})).toEqual({
    handler: 'index.handler',
    taskRoot: '/var/task',
    arn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders',
    broker: {
      type: 'other',
      url: 'mqtt://broker.test',
      username: undefined,
      password: undefined,
      tls: { ca: undefined, cert: undefined, key: undefined },
    },
    runtime: 'nodejs24.x',
    mode: 'live',
    observeSample: 1,
    forwardsCredentials: false,
    connectsInInit: true,
    verbose: false,
  });
});

test('the endpoint of IoT Core goes before any other broker', () => {
  expect(
    read({ LLX_IOT_ENDPOINT: 'abc-ats.iot.eu-west-1.amazonaws.com', LLX_BROKER_CA: '/opt/ca.pem' }).broker,
  ).toEqual({
    type: 'iot-core',
    endpoint: 'abc-ats.iot.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    ca: 'the file /opt/ca.pem',
  });
});

test('certificates of a broker are PEM texts or paths of files', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  expect(
    read({
      LLX_BROKER_USERNAME: 'llx',
      LLX_BROKER_PASSWORD: 'secret',
      LLX_BROKER_CA: pem,
      LLX_BROKER_CERT: '/opt/cert.pem',
      LLX_BROKER_KEY: '/opt/key.pem',
    }).broker,
  ).toMatchObject({
    username: 'llx',
    password: 'secret',
    tls: { ca: pem, cert: 'the file /opt/cert.pem', key: 'the file /opt/key.pem' },
  });
});

test('a key that is taken for a path is not repeated', () => {
  const environment = { ...ENVIRONMENT, LLX_BROKER_KEY: 'MIIEvQIBADANBg' };
  const readFile = (path: string): string => {
    throw new Error(`ENOENT: no such file or directory, open '${path}'`);
  };
  expect(() => readSettings(environment, readFile)).toThrow(
    /^expected PEM or the path of a PEM file that can be read in LLX_BROKER_KEY$/,
  );
});

test.each([
  ['on-demand', true],
  ['snap-start', false],
  ['provisioned-concurrency', false],
])('an environment of type %s connects in init: %s', (type, connectsInInit) => {
  expect(read({ AWS_LAMBDA_INITIALIZATION_TYPE: type }).connectsInInit).toBe(connectsInInit);
});

test('watching, its sample and forwarded credentials are asked for by name', () => {
  expect(read({ LLX_MODE: 'observe', LLX_OBSERVE_SAMPLE: '0.25', LLX_CREDENTIALS: 'forward' })).toMatchObject(
    {
      mode: 'observe',
      observeSample: 0.25,
      forwardsCredentials: true,
    },
  );
});

test.each([
  [{ LLX_HANDLER: undefined }, 'expected the environment variable LLX_HANDLER of llx'],
  [
    { LLX_HANDLER: '/opt/llx/index.handler' },
    "expected LLX_HANDLER to be the function's own handler setting, got the stub (/opt/llx/index.handler)",
  ],
  [{ LLX_BROKER_URL: '' }, 'expected the environment variable LLX_IOT_ENDPOINT or LLX_BROKER_URL of llx'],
  [{ LLX_ACCOUNT_ID: undefined }, 'expected the environment variable LLX_ACCOUNT_ID of llx'],
  [{ LLX_MODE: 'watch' }, 'expected LLX_MODE to be live or observe, got watch'],
  [{ LLX_CREDENTIALS: 'yes' }, 'expected LLX_CREDENTIALS to be forward, got yes'],
  [{ LLX_OBSERVE_SAMPLE: '25%' }, 'expected LLX_OBSERVE_SAMPLE to be a number from 0 to 1, got 25%'],
  [{ LLX_OBSERVE_SAMPLE: '2' }, 'expected LLX_OBSERVE_SAMPLE to be a number from 0 to 1, got 2'],
])('%j is told by name', (changes, message) => {
  expect(() => read(changes)).toThrow(new Error(message));
});

test.each([
  ['cn-north-1', 'arn:aws-cn:lambda:cn-north-1:123456789012:function:orders'],
  ['us-gov-west-1', 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders'],
])('in %s the ARN has the partition of the region', (AWS_REGION, arn) => {
  expect(read({ AWS_REGION }).arn).toBe(arn);
});
