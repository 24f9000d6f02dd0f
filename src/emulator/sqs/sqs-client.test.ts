import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  paginateListQueues,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Runtime } from '../../runtime/invocation.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { signedFetch } from '../http/signed-fetch.test-support.ts';

const NO_RUNTIME = {
  invoke: () => Promise.reject(new Error('expected no invocation')),
  close: () => Promise.resolve(),
} as unknown as Runtime;

let emulator: Emulator;
let client: SQSClient;

beforeAll(async () => {
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'us-east-1',
    account: '000000000000',
    functions: [],
    runtime: NO_RUNTIME,
    stubFile: '',
    stubHostFile: '',
    stubs: 'none',
    onNotice: () => undefined,
    onDrop: () => undefined,
  });
  client = new SQSClient({
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

test('AWS’s client sends, receives with its checks of digests, and deletes', async () => {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'orders' }));
  expect(QueueUrl).toBe(`${emulator.endpoint}/000000000000/orders`);
  const MessageAttributes = {
    text: { DataType: 'String', StringValue: 'ä' },
    bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
  };
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello', MessageAttributes }));
  await client.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'a' },
        { Id: 'b', MessageBody: 'b', DelaySeconds: 900 },
      ],
    }),
  );
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
  );
  expect(Messages?.map(({ Body }) => Body)).toEqual(['hello', 'a']);
  expect(Messages?.[0]?.MessageAttributes).toEqual(MessageAttributes);
  for (const { ReceiptHandle } of Messages ?? []) {
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  expect(await client.send(new ReceiveMessageCommand({ QueueUrl }))).not.toHaveProperty('Messages');
});

test('a long poll of AWS’s client ends with the message that comes', async () => {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'polled' }));
  const polling = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'at last' }));
  expect((await polling).Messages?.map(({ Body }) => Body)).toEqual(['at last']);
});

test('Prometheus finds how many messages a queue has', async () => {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'measured' }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 900 }));
  const metrics = await (await fetch(`${emulator.endpoint}/metrics`)).text();
  expect(metrics.split('\n').filter((line) => line.includes('measured'))).toEqual([
    'llx_sqs_messages{queue="measured",state="visible"} 1',
    'llx_sqs_messages{queue="measured",state="in_flight"} 0',
    'llx_sqs_messages{queue="measured",state="delayed"} 1',
  ]);
});

test('errors are those that AWS’s client knows', async () => {
  const error = await client
    .send(new GetQueueUrlCommand({ QueueName: 'none' }))
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(QueueDoesNotExist);
  expect(error).toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });
});

test('AWS’s client goes through pages of queues', async () => {
  for (const QueueName of ['page-1', 'page-2', 'page-3']) {
    await client.send(new CreateQueueCommand({ QueueName }));
  }
  const pages: (readonly string[])[] = [];
  for await (const page of paginateListQueues({ client, pageSize: 2 }, { QueueNamePrefix: 'page-' })) {
    pages.push((page.QueueUrls ?? []).map((url) => url.slice(-6)));
  }
  expect(pages).toEqual([['page-1', 'page-2'], ['page-3']]);
});

test('the query protocol of older clients is refused, naming the operation', async () => {
  const answer = await signedFetch(emulator.endpoint, {
    method: 'POST',
    service: 'sqs',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListQueues&Version=2012-11-05',
  });
  expect(answer.status).toBe(501);
  expect(await answer.text()).toContain(
    "<Message>llx's emulator does not implement ListQueues of version 2012-11-05</Message>",
  );
});
