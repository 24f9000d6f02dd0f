import { randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { connectAsync } from 'mqtt';

let invocations = 0;

export const echo = async (event: unknown, { clientContext }: { readonly clientContext?: unknown }) => {
  invocations += 1;
  console.log('got', JSON.stringify(event));
  return { event, clientContext, stage: process.env.STAGE, invocations };
};

export const fails = async () => {
  console.error('about to fail');
  throw new TypeError('no such order');
};

export const text = async () => 'plain';

export const bytes = awslambda.streamifyResponse(async (event: readonly number[], response) => {
  response.end(Buffer.from(event));
});

export const waits = async () => {
  await new Promise((resolve) => setTimeout(resolve, 600_000));
};

export const draws = async () => ({ at: new Date().toISOString(), id: randomUUID() });

/** Everything that the emulator can see of a function. */
export const calls = async ({ mqtt }: { readonly mqtt: string }) => {
  const sqs = new SQSClient();
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'new' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
  };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"id":7}', MessageAttributes }));
  const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const broker = await connectAsync(mqtt);
  await broker.publishAsync('orders/7/created', Buffer.from('{"id":7}'), { qos: 1 });
  await broker.endAsync();
  const Payload = JSON.stringify({ from: 'calls' });
  const answer = await new LambdaClient().send(new InvokeCommand({ FunctionName: 'draws', Payload }));
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
};
