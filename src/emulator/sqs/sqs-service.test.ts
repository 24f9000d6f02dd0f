import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arnOf, ENDPOINT, message, type OpenQueues, openQueues, urlOf } from './sqs.test-support.ts';

let sqs: OpenQueues;
beforeEach(() => {
  sqs = openQueues();
});
afterEach(() => sqs.close());

const FIFO = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
const QueueUrl = urlOf('orders');

describe('CreateQueue', () => {
  test('gives the same URL again, and refuses another value for an attribute', async () => {
    const created = await sqs.call('CreateQueue', { QueueName: 'orders', Attributes: { DelaySeconds: '5' } });
    expect(created).toEqual({ QueueUrl });
    expect(await sqs.call('CreateQueue', { QueueName: 'orders' })).toEqual({ QueueUrl });
    await expect(
      sqs.call('CreateQueue', { QueueName: 'orders', Attributes: { VisibilityTimeout: '31' } }),
    ).rejects.toMatchObject({
      statusCode: 400,
      body: {
        __type: 'com.amazonaws.sqs#QueueNameExists',
        message:
          'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
      },
      headers: { 'x-amzn-query-error': 'QueueAlreadyExists;Sender' },
    });
    expect(sqs.asked[0]).toBe(`sqs:CreateQueue ${arnOf('orders')}`);
  });

  test.each([
    ['a.b', {}, 'InvalidParameterValueException'],
    ['a/../b', {}, 'InvalidParameterValueException'],
    ['x'.repeat(81), {}, 'InvalidParameterValueException'],
    ['a.fifo', {}, 'InvalidParameterValueException'],
    ['a', { FifoQueue: 'true' }, 'InvalidParameterValueException'],
    ['a', { FifoQueue: 'false' }, 'InvalidAttributeName'],
    ['a', { ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
    ['a', { toString: 'x' }, 'InvalidAttributeName'],
    ['a', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['a', { VisibilityTimeout: '1.5' }, 'InvalidAttributeValue'],
    ['a', { MaximumMessageSize: '1023' }, 'InvalidAttributeValue'],
    ['a', { Policy: '{' }, 'InvalidAttributeValue'],
    ['a', { RedrivePolicy: '{"maxReceiveCount":3}' }, 'InvalidParameterValueException'],
    [
      'a',
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('none'), maxReceiveCount: 3 }) },
      'InvalidParameterValueException',
    ],
  ])('refuses %s with %j', async (QueueName, Attributes, type) => {
    await expect(sqs.call('CreateQueue', { QueueName, Attributes })).rejects.toMatchObject({ type });
    expect(sqs.queues.names()).toEqual([]);
  });
});

describe('queues', () => {
  test('have all attributes, with counts', async () => {
    sqs.create('orders', { VisibilityTimeout: '60' }).send([message('a'), message('b')]);
    sqs.queues.get('orders').queue.receive({ most: 1 });
    const { Attributes } = await sqs.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    expect(Attributes).toEqual({
      QueueArn: arnOf('orders'),
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1795219200',
      LastModifiedTimestamp: '1795219200',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '60',
    });
    await expect(
      sqs.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['Nonsense'] }),
    ).rejects.toMatchObject({ type: 'InvalidAttributeName' });
  });

  test('are listed by prefix and in pages', async () => {
    for (const name of ['a1', 'a2', 'a3', 'b1']) sqs.create(name);
    const first = await sqs.call('ListQueues', { QueueNamePrefix: 'a', MaxResults: 2 });
    expect(first.QueueUrls).toEqual([urlOf('a1'), urlOf('a2')]);
    const second = await sqs.call('ListQueues', {
      QueueNamePrefix: 'a',
      MaxResults: 2,
      NextToken: first.NextToken,
    });
    expect(second).toEqual({ QueueUrls: [urlOf('a3')] });
    expect(await sqs.call('ListQueues', { QueueNamePrefix: 'none' })).toEqual({});
  });

  test('are found under any host name of the emulator, and in no other account', async () => {
    sqs.create('orders');
    const elsewhere = 'http://localhost:1/000000000000/orders';
    expect(await sqs.call('ListQueueTags', { QueueUrl: elsewhere })).toEqual({});
    await expect(
      sqs.call('ListQueueTags', { QueueUrl: `${ENDPOINT}/999999999999/orders` }),
    ).rejects.toMatchObject({
      type: 'QueueDoesNotExist',
      body: { message: 'The specified queue does not exist.' },
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
    });
    await expect(sqs.call('ListQueueTags', { QueueUrl: 'orders' })).rejects.toMatchObject({
      type: 'InvalidAddress',
    });
    await expect(sqs.call('ListQueueTags')).rejects.toMatchObject({
      type: 'MissingRequiredParameterException',
    });
  });

  test('can be purged and deleted, with their messages', async () => {
    const queue = sqs.create('orders');
    queue.send([message('a')]);
    await sqs.call('PurgeQueue', { QueueUrl });
    expect(queue.counts().visible).toBe(0);
    queue.send([message('b')]);
    await sqs.call('DeleteQueue', { QueueUrl });
    await expect(sqs.call('GetQueueUrl', { QueueName: 'orders' })).rejects.toMatchObject({
      type: 'QueueDoesNotExist',
    });
    expect(sqs.create('orders').counts().visible).toBe(0);
  });

  test('have tags and permissions', async () => {
    sqs.create('orders');
    await sqs.call('TagQueue', { QueueUrl, Tags: { team: 'a', stage: 'dev' } });
    await sqs.call('UntagQueue', { QueueUrl, TagKeys: ['stage'] });
    expect(await sqs.call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { team: 'a' } });
    await sqs.call('AddPermission', {
      QueueUrl,
      Label: 'send',
      AWSAccountIds: ['111111111111'],
      Actions: ['SendMessage'],
    });
    expect(JSON.parse(sqs.queues.get('orders').attributes.Policy ?? '')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'send',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::111111111111:root'] },
          Action: ['SQS:SendMessage'],
          Resource: arnOf('orders'),
        },
      ],
    });
    await sqs.call('RemovePermission', { QueueUrl, Label: 'send' });
    expect(sqs.queues.get('orders').attributes).toEqual({});
  });

  test('know whose dead letters come to them', async () => {
    const dead = sqs.create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: '3' });
    sqs.create('orders', { RedrivePolicy });
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: urlOf('dead') })).toEqual({
      queueUrls: [QueueUrl],
    });
    await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy: '' } });
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: urlOf('dead') })).toEqual({
      queueUrls: [],
    });
    await sqs.call('SetQueueAttributes', {
      QueueUrl: urlOf('dead'),
      Attributes: { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' },
    });
    await expect(
      sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } }),
    ).rejects.toMatchObject({ type: 'InvalidParameterValueException' });
  });
});

describe('SendMessage', () => {
  test('answers with the digests that clients check', async () => {
    sqs.create('orders');
    const sent = await sqs.call('SendMessage', {
      QueueUrl,
      MessageBody: 'hello',
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
    });
    expect(sent).toEqual({
      MessageId: expect.stringMatching(/^[\da-f-]{36}$/),
      MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
      MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
      MD5OfMessageSystemAttributes: expect.stringMatching(/^[\da-f]{32}$/),
    });
  });

  test.each([
    ['orders', {}, 'MissingRequiredParameterException'],
    ['orders', { MessageBody: '' }, 'MissingRequiredParameterException'],
    ['orders', { MessageBody: '\u0001' }, 'InvalidMessageContents'],
    ['orders', { MessageBody: '\ud800' }, 'InvalidMessageContents'],
    ['orders', { MessageBody: '\uffff' }, 'InvalidMessageContents'],
    ['orders', { MessageBody: 7 }, 'InvalidParameterValueException'],
    ['orders', { MessageBody: 'x'.repeat(1025) }, 'InvalidParameterValueException'],
    ['orders', { MessageBody: 'x', DelaySeconds: 901 }, 'InvalidParameterValueException'],
    ['orders', { MessageBody: 'x', MessageDeduplicationId: 'a' }, 'InvalidParameterValueException'],
    ['o.fifo', { MessageBody: 'x' }, 'MissingRequiredParameterException'],
    ['o.fifo', { MessageBody: 'x', MessageGroupId: 'a' }, 'InvalidParameterValueException'],
    [
      'o.fifo',
      { MessageBody: 'x', MessageGroupId: 'a', MessageDeduplicationId: 'a', DelaySeconds: 1 },
      'InvalidParameterValueException',
    ],
  ])('to %s refuses %j', async (name, input, type) => {
    sqs.create('orders', { MaximumMessageSize: '1024' });
    sqs.create('o.fifo', { FifoQueue: 'true' });
    await expect(sqs.call('SendMessage', { QueueUrl: urlOf(name), ...input })).rejects.toMatchObject({
      type,
    });
  });

  test('to a FIFO queue gives sequence numbers that grow', async () => {
    sqs.create('o.fifo', FIFO);
    const numbers: string[] = [];
    for (const MessageBody of ['a', 'b', 'a']) {
      const { SequenceNumber } = await sqs.call('SendMessage', {
        QueueUrl: urlOf('o.fifo'),
        MessageBody,
        MessageGroupId: 'g',
      });
      numbers.push(String(SequenceNumber));
    }
    const [a, b, again] = numbers;
    expect(a).toMatch(/^\d{20}$/);
    expect(BigInt(b ?? 0)).toBeGreaterThan(BigInt(a ?? 0));
    expect(again).toBe(a);
  });
});

describe('batches', () => {
  const entry = (Id: string, more: object = {}) => ({ Id, MessageBody: `body of ${Id}`, ...more });

  test('carry out what is good, and say what is not', async () => {
    const queue = sqs.create('orders');
    const sent = await sqs.call('SendMessageBatch', {
      QueueUrl,
      Entries: [entry('a'), entry('b', { MessageBody: '\u0001' }), entry('c')],
    });
    expect(sent).toMatchObject({
      Successful: [{ Id: 'a' }, { Id: 'c' }],
      Failed: [{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }],
    });
    const [a, c] = queue.receive({ most: 10 });
    expect(
      await sqs.call('ChangeMessageVisibilityBatch', {
        QueueUrl,
        Entries: [
          { Id: 'a', ReceiptHandle: a?.receiptHandle, VisibilityTimeout: 0 },
          { Id: 'x', ReceiptHandle: 'x', VisibilityTimeout: 0 },
        ],
      }),
    ).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'x', Code: 'ReceiptHandleIsInvalid' }] });
    expect(
      await sqs.call('DeleteMessageBatch', {
        QueueUrl,
        Entries: [{ Id: 'c', ReceiptHandle: c?.receiptHandle }],
      }),
    ).toEqual({ Successful: [{ Id: 'c' }], Failed: [] });
    expect(queue.counts()).toEqual({ visible: 1, held: 0, delayed: 0 });
  });

  test.each([
    [[], 'EmptyBatchRequest', 'AWS.SimpleQueueService.EmptyBatchRequest'],
    [
      Array.from({ length: 11 }, (_, i) => entry(`${i}`)),
      'TooManyEntriesInBatchRequest',
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    ],
    [[entry('a'), entry('a')], 'BatchEntryIdsNotDistinct', 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct'],
    [[entry('a b')], 'InvalidBatchEntryId', 'AWS.SimpleQueueService.InvalidBatchEntryId'],
    [
      [entry('a', { MessageBody: 'x'.repeat(600_000) }), entry('b', { MessageBody: 'x'.repeat(600_000) })],
      'BatchRequestTooLong',
      'AWS.SimpleQueueService.BatchRequestTooLong',
    ],
  ])('are refused as a whole: %#', async (Entries, type, code) => {
    const queue = sqs.create('orders');
    await expect(sqs.call('SendMessageBatch', { QueueUrl, Entries })).rejects.toMatchObject({
      type,
      headers: { 'x-amzn-query-error': `${code};Sender` },
    });
    expect(queue.counts().visible).toBe(0);
  });
});

describe('ReceiveMessage', () => {
  test('gives the attributes that are asked for', async () => {
    sqs.create('o.fifo', FIFO);
    await sqs.call('SendMessage', {
      QueueUrl: urlOf('o.fifo'),
      MessageBody: 'hello',
      MessageGroupId: 'g',
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
    });
    const { Messages } = await sqs.call('ReceiveMessage', {
      QueueUrl: urlOf('o.fifo'),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['time.*', 'timestamp'],
    });
    const now = String(sqs.clock.now());
    expect(Messages).toEqual([
      {
        MessageId: expect.any(String),
        ReceiptHandle: expect.any(String),
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        Body: 'hello',
        Attributes: {
          ApproximateReceiveCount: '1',
          ApproximateFirstReceiveTimestamp: now,
          SentTimestamp: now,
          SenderId: '000000000000',
          SequenceNumber: expect.stringMatching(/^\d{20}$/),
          MessageGroupId: 'g',
          MessageDeduplicationId: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        },
        MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
        MD5OfMessageAttributes: '235c5c510d26fb653d073faed50ae77c',
      },
    ]);
  });

  test.each([
    [{ MaxNumberOfMessages: 11 }],
    [{ MaxNumberOfMessages: 0 }],
    [{ WaitTimeSeconds: 21 }],
    [{ VisibilityTimeout: -1 }],
    [{ AttributeNames: 'All' }],
  ])('refuses %j', async (input) => {
    sqs.create('orders');
    await expect(sqs.call('ReceiveMessage', { QueueUrl, ...input })).rejects.toMatchObject({
      type: 'InvalidParameterValueException',
    });
  });

  test('answers an empty queue with no list', async () => {
    sqs.create('orders');
    expect(await sqs.call('ReceiveMessage', { QueueUrl })).toEqual({});
  });
});

describe('message move tasks', () => {
  function withDeadLetters(count: number) {
    const dead = sqs.create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const queue = sqs.create('orders', { RedrivePolicy, VisibilityTimeout: '0' });
    queue.send(Array.from({ length: count }, (_, i) => message(`${i}`)));
    for (let received = 0; received < count; ) received += queue.receive({ most: 10 }).length;
    expect(queue.receive({ most: 1 })).toEqual([]);
    expect(dead.counts().visible).toBe(count);
    return { dead, queue };
  }

  test('move dead letters back to where they came from, as new messages', async () => {
    const { dead, queue } = withDeadLetters(250);
    await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn });
    dead.send([message('later')]);
    sqs.clock.advance(1);
    expect(queue.counts().visible).toBe(250);
    expect(dead.counts().visible).toBe(1);
    expect(queue.receive({ most: 1 })).toMatchObject([{ body: '0', receiveCount: 1 }]);
    expect(await sqs.call('ListMessageMoveTasks', { SourceArn: dead.arn })).toEqual({
      Results: [
        {
          Status: 'COMPLETED',
          SourceArn: dead.arn,
          ApproximateNumberOfMessagesMoved: 250,
          ApproximateNumberOfMessagesToMove: 250,
          StartedTimestamp: sqs.clock.now() - 1,
        },
      ],
    });
  });

  test('keep to their rate, one of a source at a time, and can be cancelled', async () => {
    const { dead } = withDeadLetters(30);
    const other = sqs.create('other');
    const { TaskHandle } = await sqs.call('StartMessageMoveTask', {
      SourceArn: dead.arn,
      DestinationArn: other.arn,
      MaxNumberOfMessagesPerSecond: 10,
    });
    await expect(sqs.call('StartMessageMoveTask', { SourceArn: dead.arn })).rejects.toMatchObject({
      type: 'UnsupportedOperation',
    });
    sqs.clock.advance(1000);
    expect(other.counts().visible).toBe(20);
    expect(await sqs.call('CancelMessageMoveTask', { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 20,
    });
    sqs.clock.advance(10_000);
    expect(other.counts().visible).toBe(20);
  });

  test('are kept as far as they are listed, and go with their queue', async () => {
    const { dead } = withDeadLetters(0);
    const kept = () => sqs.state.database.prepare('SELECT started_at AS at FROM sqs_move_tasks').all();
    const first = sqs.clock.now();
    for (let started = 0; started < 12; started += 1) {
      await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn });
      sqs.clock.advance(1);
    }
    expect(kept()).toEqual(Array.from({ length: 10 }, (_, index) => ({ at: first + 2 + index })));
    const { Results } = await sqs.call('ListMessageMoveTasks', { SourceArn: dead.arn, MaxResults: 10 });
    expect(Results).toHaveLength(10);
    await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn });
    sqs.queues.remove('dead');
    sqs.create('dead');
    sqs.clock.advance(1);
    expect(kept()).toEqual([]);
  });

  test('are refused for what is no dead-letter queue, or not there', async () => {
    const queue = sqs.create('orders');
    await expect(sqs.call('StartMessageMoveTask', { SourceArn: queue.arn })).rejects.toMatchObject({
      type: 'UnsupportedOperation',
    });
    await expect(sqs.call('StartMessageMoveTask', { SourceArn: arnOf('none') })).rejects.toMatchObject({
      type: 'ResourceNotFoundException',
      statusCode: 404,
    });
    await expect(sqs.call('CancelMessageMoveTask', { TaskHandle: 'none' })).rejects.toMatchObject({
      type: 'ResourceNotFoundException',
    });
  });
});
