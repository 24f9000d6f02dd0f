import { IoTDataPlaneClient, PublishCommand, type PublishCommandInput } from '@aws-sdk/client-iot-data-plane';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Runtime } from '../../runtime/invocation.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import type { CallEvent } from '../call-event.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { succeeded } from '../lambda/lambda.test-support.ts';

const events: unknown[] = [];
const waiting = new Set<() => void>();

const RUNTIME: Runtime & { forget(): void } = {
  async invoke(_spec, { event }) {
    events.push(JSON.parse(Buffer.from(event).toString()));
    for (const look of waiting) look();
    return succeeded(event);
  },
  forget: () => undefined,
  close: () => Promise.resolve(),
} as Runtime & { forget(): void };

const calls: CallEvent[] = [];

let emulator: Emulator;
let client: IoTDataPlaneClient;
beforeAll(async () => {
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'us-east-1',
    account: '000000000000',
    functions: [
      {
        name: 'hello',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
        root: '/',
        code: 'package',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3000,
        memoryMb: 128,
        environment: {},
      },
    ],
    topicRules: [
      {
        name: 'all',
        sql: "SELECT *, clientid() AS client, topic() AS topic FROM 'rooms/#'",
        functionName: 'hello',
      },
      { name: 'broken', sql: 'SELECT', functionName: 'hello' },
    ],
    runtime: RUNTIME,
    stubFile: '',
    stubHostFile: '',
    stubs: 'none',
    onNotice: () => undefined,
    onDrop: () => undefined,
    onCall: (call) => calls.push(call),
  });
  await emulator.loadServices();
  client = new IoTDataPlaneClient({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});
beforeEach(() => void events.splice(0));

async function received(count: number): Promise<readonly unknown[]> {
  while (events.length < count) {
    await new Promise<void>((resolve) => waiting.add(resolve));
  }
  return events;
}

function publish(input: PublishCommandInput) {
  return client.send(new PublishCommand(input));
}

describe('Publish', () => {
  test('invokes functions by rules, and reaches clients of the broker', async () => {
    const mqtt = await connectAsync(emulator.mqtt, { clientId: 'reader' });
    try {
      await mqtt.subscribeAsync('rooms/#');
      const { promise, resolve } = Promise.withResolvers<readonly [string, string]>();
      mqtt.on('message', (topic, payload) => resolve([topic, payload.toString()]));
      await publish({ topic: 'rooms/kitchen', payload: Buffer.from('{"n":1}'), qos: 1 });
      expect(await promise).toEqual(['rooms/kitchen', '{"n":1}']);
      expect(await received(1)).toEqual([{ n: 1, client: 'N/A', topic: 'rooms/kitchen' }]);
    } finally {
      await mqtt.endAsync();
    }
  });

  test('is told with who asked for it, and in which trace', async () => {
    calls.splice(0);
    process.env._X_AMZN_TRACE_ID = 'Root=1-a;Parent=2';
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'hello';
    try {
      await publish({ topic: 'else/traced', payload: Buffer.from('x') });
    } finally {
      delete process.env._X_AMZN_TRACE_ID;
      delete process.env.AWS_LAMBDA_FUNCTION_NAME;
    }
    expect(calls).toEqual([
      {
        type: 'publish',
        topic: 'else/traced',
        payload: Buffer.from('x'),
        caller: expect.objectContaining({ type: 'root' }),
        traceId: 'Root=1-a;Parent=2',
      },
    ]);
  });

  test('can leave a retained message', async () => {
    await publish({ topic: 'else/kept', payload: Buffer.from('x'), retain: true });
    expect(Buffer.from((await emulator.broker.retained('else/kept')) ?? '').toString()).toBe('x');
  });

  test.each([
    [{ topic: 'a/+' }, 'InvalidRequestException', 'Expected a topic without + and #.'],
    [{ topic: 'a/b/c/d/e/f/g/h/i' }, 'InvalidRequestException', 'The topic has over 7 slashes.'],
    [
      { topic: 'a', payload: new Uint8Array(131_073) },
      'RequestEntityTooLargeException',
      'The payload has 131073 bytes, and may have 131072.',
    ],
  ] satisfies readonly [PublishCommandInput, string, string][])(
    'refuses %j',
    async (input, name, message) => {
      await expect(publish({ ...input })).rejects.toMatchObject({ name, message });
    },
  );
});

test('a message of a client of the broker invokes a function, and knows who sent it', async () => {
  const mqtt = await connectAsync(emulator.mqtt, { clientId: 'sensor-1' });
  try {
    await mqtt.publishAsync('rooms/bath', '{"n":2}', { qos: 1 });
    expect(await received(1)).toEqual([{ n: 2, client: 'sensor-1', topic: 'rooms/bath' }]);
  } finally {
    await mqtt.endAsync();
  }
});
