import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot';
import { mqtt as deviceMqtt } from 'aws-iot-device-sdk-v2';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUOTA_PROFILES } from '../../protocol/quota-profile.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import { openCertificates } from '../certificates/certificate-store.ts';
import {
  allow,
  connected,
  type DeviceConnection,
  ended,
  IOT_ARN,
  IotCore,
  nextMessage,
  REGION,
  UPGRADE,
} from './iot-core.test-support.ts';

const ROLES = {
  all: { policies: [allow('iot:*', '*')] },
  none: { policies: [] },
  device: {
    policies: [
      allow('iot:Connect', `${IOT_ARN}:client/device-*`),
      allow('iot:Publish', [`${IOT_ARN}:topic/out/*`, `${IOT_ARN}:topic/in/*`]),
      allow('iot:RetainPublish', `${IOT_ARN}:topic/out/kept`),
      allow('iot:Subscribe', `${IOT_ARN}:topicfilter/in/*`),
      allow('iot:Receive', `${IOT_ARN}:topic/in/a`),
    ],
  },
};
const DEVICE_ARN = 'arn:aws:sts::000000000000:assumed-role/device/session';

let core: IotCore;
let time = new Date();

beforeAll(async () => {
  core = await IotCore.start({ iam: { roles: ROLES }, now: () => time });
});
afterAll(async () => await core.close());
beforeEach(() => {
  time = new Date();
  core.drops.length = 0;
});

const text = (payload: ArrayBuffer): string => Buffer.from(payload).toString();

describe('an unmodified AWS IoT device SDK', () => {
  async function roundTrip(connection: DeviceConnection, topic: string): Promise<string> {
    await connection.connect();
    return await new Promise<string>((resolve, reject) => {
      connection
        .subscribe(topic, deviceMqtt.QoS.AtLeastOnce, (_topic, payload) => resolve(text(payload)))
        .then(() => connection.publish(topic, 'hello', deviceMqtt.QoS.AtLeastOnce))
        .catch(reject);
    });
  }

  it('sends and receives over a signed WebSocket, with the keys of a role', async () => {
    const connection = await core.deviceOverWebSocket(core.credentialsOf('all'), 'sdk-1');
    expect(await roundTrip(connection, 't/1')).toBe('hello');
  });

  it('sends and receives with the certificate that the emulator keeps for it', async () => {
    expect(await roundTrip(await core.deviceOverTls('sdk-2'), 't/2')).toBe('hello');
  });

  it('gets what is retained, with the flag', async () => {
    const connection = await core.deviceOverWebSocket(core.credentialsOf('all'), 'sdk-3');
    await connection.connect();
    await connection.publish('kept/sdk', 'old', deviceMqtt.QoS.AtLeastOnce, true);
    const message = await new Promise((resolve, reject) => {
      connection
        .subscribe('kept/sdk', deviceMqtt.QoS.AtLeastOnce, (topic, payload, _dup, _qos, retain) =>
          resolve({ topic, payload: text(payload), retain }),
        )
        .catch(reject);
    });
    expect(message).toEqual({ topic: 'kept/sdk', payload: 'old', retain: true });
  });

  it('is told when its signature is wrong', async () => {
    const wrong = { ...core.credentialsOf('all'), secretAccessKey: 'wrong' };
    const connection = await core.deviceOverWebSocket(wrong, 'sdk-4');
    await expect(connection.connect()).rejects.toThrow('AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE');
    expect(core.drops).toEqual(['broker-rule: WebSocket refused with status 403: InvalidSignatureException']);
  });

  it('is told when it may not connect', async () => {
    const connection = await core.deviceOverWebSocket(core.credentialsOf('none'), 'sdk-5');
    await expect(connection.connect()).rejects.toThrow();
    expect(core.drops).toEqual([
      'broker-rule: iot:Connect on client/sdk-5 is not allowed to arn:aws:sts::000000000000:assumed-role/none/session (client sdk-5)',
    ]);
  });
});

describe('a WebSocket', () => {
  it.each([
    ['with a signature of another secret', { secretAccessKey: 'other' }, 'InvalidSignatureException'],
    ['with another token', { sessionToken: 'other' }, 'UnrecognizedClientException'],
    [
      'with keys of an emulator that has ended',
      { accessKeyId: 'ASIALLXAAAAAAAAAAAAA' },
      'UnrecognizedClientException',
    ],
  ])('%s is refused as IoT Core does, and nothing of it is said', async (_, change, exception) => {
    const credentials = { ...core.credentialsOf('all'), ...change };
    const { pathname, search } = new URL(
      presignWebSocketUrl({ host: core.endpoint, region: REGION, credentials }),
    );
    const answer = await core.request(`${pathname}${search}`, UPGRADE);
    expect(answer).toMatchObject({ status: 403, type: exception });
    expect(JSON.parse(answer.body)).toEqual({ message: 'Forbidden', traceId: expect.any(String) });
    expect(core.drops).toEqual([`broker-rule: WebSocket refused with status 403: ${exception}`]);
  });

  it('with a token that has ended is refused, and one that was opened before lives on', async () => {
    const credentials = core.credentialsOf('all');
    const client = await core.webSocketClient(credentials, { clientId: 'before' });
    expect(await connected(client)).toBe('connected');
    time = new Date(time.getTime() + 3_600_001);
    const late = await core.webSocketClient(credentials, { clientId: 'late', now: time });
    expect(await connected(late)).toBe('closed');
    expect(core.drops).toEqual(['broker-rule: WebSocket refused with status 403: ExpiredTokenException']);
    await client.publishAsync('t', 'x', { qos: 1 });
  });

  it('that was signed 16 minutes ago is refused', async () => {
    const now = new Date(time.getTime() - 16 * 60_000);
    const client = await core.webSocketClient(core.credentialsOf('all'), { now });
    expect(await connected(client)).toBe('closed');
  });

  it('of the development key is the account’s root, while no users are configured', async () => {
    const client = await core.webSocketClient(DEVELOPMENT_KEY, { clientId: 'anybody' });
    expect(await connected(client)).toBe('connected');
  });

  it.each([
    ['on another path', '/other', {}, 404, 'ResourceNotFoundException'],
    [
      'of another sub-protocol',
      '/mqtt',
      { 'sec-websocket-protocol': 'chat' },
      400,
      'InvalidRequestException',
    ],
    ['of a web page', '/mqtt', { origin: 'https://evil.example' }, 403, 'AccessDeniedException'],
    ['by another name', '/mqtt', { host: 'evil.example' }, 403, 'AccessDeniedException'],
  ])('%s is refused', async (_, path, headers, status, type) => {
    expect(await core.request(path, { ...UPGRADE, ...headers })).toMatchObject({ status, type });
  });

  it('needs keys that exist once users are configured', async () => {
    const keys = { id: 'AKIAUSERUSERUSERUSER', secret: 'of-the-user' };
    const closed = await IotCore.start({
      iam: { users: { dev: { accessKeys: [keys], policies: [allow('*', '*')] } } },
    });
    try {
      expect(await closed.request('/mqtt', UPGRADE)).toMatchObject({
        status: 403,
        type: 'MissingAuthenticationTokenException',
      });
      expect(await connected(await closed.webSocketClient(DEVELOPMENT_KEY))).toBe('closed');
      const user = { accessKeyId: keys.id, secretAccessKey: keys.secret };
      expect(await connected(await closed.webSocketClient(user))).toBe('connected');
    } finally {
      await closed.close();
    }
  });

  it('answers a ping of the WebSocket itself', async () => {
    const socket = await core.webSocket(core.credentialsOf('all'));
    const pong = once(socket, 'pong');
    socket.ping('still there?');
    expect(await pong).toEqual([Buffer.from('still there?')]);
    socket.terminate();
  });

  it('that sends text is closed with 1003', async () => {
    const socket = await core.webSocket(core.credentialsOf('all'));
    const closed = once(socket, 'close');
    socket.send('text');
    expect((await closed)[0]).toBe(1003);
  });

  it('carries messages of 128 KiB', async () => {
    const client = await core.webSocketClient(core.credentialsOf('all'), { clientId: 'pieces' });
    expect(await connected(client)).toBe('connected');
    await client.subscribeAsync('large');
    const payload = Buffer.alloc(128 * 1024, 'llx');
    const message = nextMessage(client);
    await client.publishAsync('large', payload, { qos: 1 });
    expect((await message).payload).toEqual(payload);
  });
});

describe('the life of a WebSocket', () => {
  it('ends when the profile says so, and its will is published', async () => {
    const quotas = { ...QUOTA_PROFILES['iot-core'], connectionSeconds: 20 };
    const short = await IotCore.start({ quotas });
    try {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const plain = short.plainClient();
      await plain.subscribeAsync('will');
      const will = nextMessage(plain);
      const client = await short.webSocketClient(DEVELOPMENT_KEY, {
        clientId: 'old',
        will: { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false },
      });
      expect(await connected(client)).toBe('connected');
      vi.advanceTimersByTime(19_000);
      expect(client.connected).toBe(true);
      vi.advanceTimersByTime(1_000);
      await ended(client);
      expect(await will).toEqual({ topic: 'will', payload: Buffer.from('gone') });
      expect(short.drops).toEqual(['broker-rule: WebSocket older than 20 s']);
      // A connection without a signature has no such end.
      await plain.publishAsync('t', 'x', { qos: 1 });
    } finally {
      vi.useRealTimers();
      await short.close();
    }
  });
});

describe('a client certificate', () => {
  it('of the emulator’s CA lets any client in', async () => {
    const cert = await readFile(join(core.certificates, 'client.pem'));
    const key = await readFile(join(core.certificates, 'client.key'));
    const client = await core.certificateClient({ cert, key });
    expect(await connected(client)).toBe('connected');
  });

  it('is needed', async () => {
    const client = await core.certificateClient();
    expect(await connected(client)).not.toBe('connected');
    await core.dropped('connection-closed: TLS');
  });

  it('of another CA is refused', async () => {
    const other = await openCertificates({ directory: join(core.certificates, 'other') });
    const files = await other.client();
    const client = await core.certificateClient({
      cert: await readFile(files.certificate),
      key: await readFile(files.key),
    });
    expect(await connected(client)).not.toBe('connected');
    await core.dropped('connection-closed: TLS');
  });
});

describe('a role’s policies', () => {
  let clients: MqttClient[] = [];
  let plain: MqttClient;

  async function device(
    clientId: string,
    options: Parameters<IotCore['webSocketClient']>[1] = {},
  ): Promise<MqttClient> {
    const client = await core.webSocketClient(core.credentialsOf('device'), { clientId, ...options });
    clients.push(client);
    return client;
  }

  beforeEach(async () => {
    plain = core.plainClient();
    clients = [plain];
    expect(await connected(plain)).toBe('connected');
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
  });

  it('let it connect, publish, retain, subscribe and receive where they say so', async () => {
    const client = await device('device-1');
    expect(await connected(client)).toBe('connected');
    await client.subscribeAsync('in/a');
    const message = nextMessage(client);
    await plain.publishAsync('in/a', 'for you', { qos: 1 });
    expect(await message).toEqual({ topic: 'in/a', payload: Buffer.from('for you') });
    await client.publishAsync('out/kept', 'mine', { qos: 1, retain: true });
    expect(Buffer.from((await core.emulator.broker.retained('out/kept')) ?? []).toString()).toBe('mine');
    expect(core.drops).toEqual([]);
  });

  it('refuse a client id with CONNACK 5', async () => {
    expect(await connected(await device('other-1'))).toBe('Connection refused: Not authorized');
    expect(core.drops).toEqual([
      `broker-rule: iot:Connect on client/other-1 is not allowed to ${DEVICE_ARN} (client other-1)`,
    ]);
  });

  it.each([
    ['a publish', { topic: 'elsewhere', retain: false }, 'iot:Publish on topic/elsewhere'],
    [
      'a retained publish',
      { topic: 'out/not-kept', retain: true },
      'iot:RetainPublish on topic/out/not-kept',
    ],
  ])('end the connection for %s that they do not allow', async (_, { topic, retain }, denied) => {
    const client = await device('device-2');
    expect(await connected(client)).toBe('connected');
    await plain.subscribeAsync([topic, 'after']);
    const first = nextMessage(plain);
    client.publish(topic, 'x', { retain });
    await ended(client);
    await plain.publishAsync('after', 'y');
    expect((await first).topic).toBe('after');
    expect(core.drops).toEqual([`broker-rule: ${denied} is not allowed to ${DEVICE_ARN} (client device-2)`]);
  });

  it('end the connection for a subscribe that they do not allow', async () => {
    const client = await device('device-3');
    expect(await connected(client)).toBe('connected');
    client.subscribe('elsewhere');
    await ended(client);
    expect(core.drops).toEqual([
      `broker-rule: iot:Subscribe on topicfilter/elsewhere is not allowed to ${DEVICE_ARN} (client device-3)`,
    ]);
  });

  it('keep back what it may not receive, though it may subscribe', async () => {
    const client = await device('device-4');
    expect(await connected(client)).toBe('connected');
    await client.subscribeAsync('in/#');
    const first = nextMessage(client);
    await plain.publishAsync('in/b', 'not for you');
    await plain.publishAsync('in/a', 'for you');
    expect((await first).topic).toBe('in/a');
    expect(core.drops).toEqual([
      `broker-rule: iot:Receive on topic/in/b is not allowed to ${DEVICE_ARN} (client device-4)`,
    ]);
  });

  it.each([
    ['a will', { topic: 'elsewhere', retain: false }, 'iot:Publish on topic/elsewhere'],
    ['a retained will', { topic: 'out/w', retain: true }, 'iot:RetainPublish on topic/out/w'],
  ])('refuse the connection for %s that they do not allow', async (_, { topic, retain }, denied) => {
    const client = await device('device-5', { will: { topic, retain, payload: Buffer.from('x'), qos: 0 } });
    expect(await connected(client)).toBe('Connection refused: Not authorized');
    expect(core.drops).toEqual([`broker-rule: ${denied} is not allowed to ${DEVICE_ARN} (client device-5)`]);
  });

  it('let a will be published that they allow', async () => {
    await plain.subscribeAsync('out/will');
    const will = nextMessage(plain);
    const client = await device('device-6', {
      will: { topic: 'out/will', retain: false, payload: Buffer.from('gone'), qos: 0 },
    });
    expect(await connected(client)).toBe('connected');
    client.stream.destroy();
    expect(await will).toEqual({ topic: 'out/will', payload: Buffer.from('gone') });
  });

  it('bind no client of the plain port, which has no identity', async () => {
    await plain.publishAsync('$any/topic', 'x', { qos: 1 });
    expect(core.drops).toEqual([]);
  });
});

describe('the other requests', () => {
  function iot(role: keyof typeof ROLES): IoTClient {
    return new IoTClient({
      endpoint: core.emulator.endpoint,
      region: REGION,
      credentials: core.credentialsOf(role),
      maxAttempts: 1,
    });
  }

  it('DescribeEndpoint says where the broker is', async () => {
    const { endpointAddress } = await iot('all').send(
      new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' }),
    );
    expect(endpointAddress).toBe(core.endpoint);
  });

  it('DescribeEndpoint knows no other type', async () => {
    await expect(
      iot('all').send(new DescribeEndpointCommand({ endpointType: 'iot:Jobs' })),
    ).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'Endpoint type iot:Jobs is not supported by this emulator, which has iot:Data-ATS.',
    });
  });

  it('DescribeEndpoint needs iot:DescribeEndpoint', async () => {
    await expect(
      iot('device').send(new DescribeEndpointCommand({ endpointType: 'iot:Data-ATS' })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${DEVICE_ARN} is not authorized to perform: iot:DescribeEndpoint on resource: * because no identity-based policy allows the iot:DescribeEndpoint action`,
    });
  });

  it('the data plane is on the port of the WebSockets', async () => {
    const plain = core.plainClient();
    await plain.publishAsync('kept/plane', 'old', { qos: 1, retain: true });
    expect(await core.signedRequest('/retainedMessage/kept%2Fplane')).toMatchObject({ status: 200 });
    expect(await core.signedRequest('/retainedMessage/kept%2Fnone')).toMatchObject({
      status: 404,
      type: 'ResourceNotFoundException',
    });
  });
});

describe('the ready line', () => {
  it('names both ports by the name of the certificate, and the CA', () => {
    const { wss, mtls, ca } = core.emulator;
    expect({ wss, mtls, ca }).toEqual({
      wss: expect.stringMatching(/^wss:\/\/localhost:\d+$/),
      mtls: expect.stringMatching(/^mqtts:\/\/localhost:\d+$/),
      ca: join(core.certificates, 'ca.pem'),
    });
  });
});
