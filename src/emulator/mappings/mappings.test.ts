import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../http/aws-error.ts';
import { arnOf, message } from '../sqs/sqs.test-support.ts';
import type { MappingSettings } from './mapping-request.ts';
import { type OpenMappings, openMappings, settle } from './mappings.test-support.ts';

let lambda: OpenMappings;
beforeEach(() => {
  lambda = openMappings();
});
afterEach(async () => {
  for (const { succeed } of lambda.invoked) succeed();
  await lambda.mappings.close();
  await lambda.sqs.close();
});

function mapped(settings: MappingSettings = {}, attributes: Record<string, string> = {}, name = 'source') {
  const queue = lambda.sqs.create(name, attributes);
  const mapping = lambda.mappings.create({ name: 'orders', qualifier: undefined }, queue.arn, settings);
  return { queue, mapping };
}

const send = (queue: ReturnType<typeof mapped>['queue'], ...bodies: string[]): void =>
  void queue.send(bodies.map((body) => message(body)));

const EMPTY = { visible: 0, held: 0, delayed: 0 };

test('a window that is longer than the visibility timeout gives no message twice, and the function its time', async () => {
  const { queue } = mapped({ batchSize: 100, windowSeconds: 60 }, { VisibilityTimeout: '5' });
  send(queue, 'a');
  for (let second = 0; second < 6; second += 1) {
    await settle();
    lambda.sqs.clock.advance(1000);
  }
  await settle();
  expect(lambda.invoked.map(({ records }) => records.length)).toEqual([1]);
  lambda.invoked[0]?.succeed();
  await settle();
  expect(queue.counts()).toEqual(EMPTY);
});

test('a mapping goes on when a full disk has room again', async () => {
  const { queue } = mapped();
  await settle();
  const { database } = lambda.sqs.state;
  database.exec(
    "CREATE TEMP TRIGGER full BEFORE UPDATE ON sqs_messages BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  send(queue, 'a');
  await settle();
  database.exec('DROP TRIGGER full');
  lambda.sqs.clock.advance(5_000);
  await settle();
  expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a']]);
  expect(lambda.notices).toEqual([expect.stringContaining('full')]);
});

test('a mapping goes on when functions can be read again', async () => {
  const { queue, mapping } = mapped();
  await lambda.mappings.close();
  send(queue, 'a');
  lambda.outage.error = new Error('disk I/O error');
  const restarted = lambda.open();
  restarted.start();
  await settle();
  expect(lambda.notices).toEqual([
    `The event source mapping ${mapping.uuid} of orders cannot receive: disk I/O error`,
  ]);
  delete lambda.outage.error;
  lambda.sqs.clock.advance(5_000);
  await settle();
  expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a']]);
  lambda.invoked[0]?.succeed();
  await restarted.close();
});

describe('a batch', () => {
  test('comes as the event that AWS makes of it, and is deleted when the function has succeeded', async () => {
    const { queue } = mapped();
    const details = {
      senderId: '000000000000',
      attributes: { kind: { DataType: 'String', StringValue: 'order' } },
      traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:abc:0',
    };
    queue.send([{ messageId: 'm1', body: '{"a":1}', groupId: undefined, details }]);
    await settle();
    const now = String(lambda.sqs.clock.now());
    const [invoked] = lambda.invoked;

    expect(invoked?.records).toEqual([
      {
        messageId: 'm1',
        receiptHandle: expect.any(String),
        body: '{"a":1}',
        attributes: {
          ApproximateReceiveCount: '1',
          AWSTraceHeader: details.traceHeader,
          SentTimestamp: now,
          SenderId: '000000000000',
          ApproximateFirstReceiveTimestamp: now,
        },
        messageAttributes: {
          kind: { stringValue: 'order', stringListValues: [], binaryListValues: [], dataType: 'String' },
        },
        md5OfMessageAttributes: expect.stringMatching(/^[\da-f]{32}$/),
        md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8',
        eventSource: 'aws:sqs',
        eventSourceARN: arnOf('source'),
        awsRegion: 'us-east-1',
      },
    ]);
    expect(invoked?.call.traceId).toBe(details.traceHeader);
    expect(queue.counts().held).toBe(1);
    invoked?.succeed();
    await settle();
    expect(queue.counts()).toEqual(EMPTY);
  });

  test('comes back after the visibility timeout when the function has failed', async () => {
    const { queue } = mapped({}, { VisibilityTimeout: '5' });
    send(queue, 'a', 'b');
    await settle();
    lambda.invoked[0]?.fail();
    await settle();
    expect(queue.counts()).toEqual({ visible: 0, held: 2, delayed: 0 });
    lambda.sqs.clock.advance(4999);
    await settle();
    expect(lambda.invoked).toHaveLength(1);
    lambda.sqs.clock.advance(1);
    await settle();
    expect(lambda.invoked[1]?.records.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual([
      '2',
      '2',
    ]);
  });

  test('has at most as many messages as its size', async () => {
    const { queue } = mapped({ batchSize: 2 });
    send(queue, 'a', 'b', 'c', 'd', 'e');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('gathers messages until its window is over, or it is full', async () => {
    const { queue } = mapped({ batchSize: 25, windowSeconds: 10 });
    send(queue, 'a');
    await settle();
    lambda.sqs.clock.advance(9000);
    send(queue, 'b');
    await settle();
    expect(lambda.invoked).toEqual([]);
    lambda.sqs.clock.advance(1000);
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a', 'b']]);
    expect(lambda.invoked[0]?.records[0]).toMatchObject({ md5OfMessageAttributes: null });

    send(queue, ...Array.from({ length: 26 }, (_, i) => `${i}`));
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([2, 25]);
  });

  test('leaves only those that the function has reported', async () => {
    const { queue } = mapped({ reportsFailures: true }, { VisibilityTimeout: '5' });
    send(queue, 'a', 'b', 'c');
    await settle();
    const [invoked] = lambda.invoked;
    invoked?.succeed({ batchItemFailures: [{ itemIdentifier: invoked.records[1]?.messageId }] });
    await settle();
    expect(queue.counts()).toEqual({ visible: 0, held: 1, delayed: 0 });
    lambda.sqs.clock.advance(5000);
    await settle();
    expect(lambda.invoked[1]?.bodies).toEqual(['b']);
  });

  test('has no messages that match no filter: they are deleted', async () => {
    const { queue } = mapped({ filters: ['{"body":{"kind":["order"]}}'] });
    send(queue, '{"kind":"other"}', 'no JSON', '{"kind":"order"}');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['{"kind":"order"}']]);
    expect(queue.counts()).toEqual({ visible: 0, held: 1, delayed: 0 });
  });

  test('that is larger than an event may be becomes several', async () => {
    const { queue } = mapped();
    const body = 'x'.repeat(1_000_000);
    for (let i = 0; i < 10; i += 1) queue.send([{ ...message(body), delayMs: 1000 }]);
    lambda.sqs.clock.advance(1000);
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([6]);
    lambda.invoked[0]?.succeed();
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([6, 4]);
    lambda.invoked[1]?.succeed();
    await settle();
    expect(queue.counts()).toEqual(EMPTY);
  });
});

describe('a batch of large messages', () => {
  const body = 'x'.repeat(1_000_000);

  test('goes when it has reached the size of an event, however long its window is', async () => {
    const { queue } = mapped({ batchSize: 100, windowSeconds: 300 });
    for (let i = 0; i < 7; i += 1) queue.send([message(body)]);
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([6]);
    lambda.invoked[0]?.succeed();
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([6, 1]);
  });

  test('of which a part has not begun when the mapping is stopped gives that back', async () => {
    const { queue, mapping } = mapped({}, { DelaySeconds: '1' });
    for (let i = 0; i < 8; i += 1) queue.send([message(body)]);
    lambda.sqs.clock.advance(1000);
    await settle();
    lambda.mappings.remove(mapping.uuid);
    lambda.invoked[0]?.succeed();
    await settle();
    expect(lambda.invoked).toHaveLength(1);
    expect(queue.counts()).toEqual({ visible: 2, held: 0, delayed: 0 });
  });

  test('of a FIFO queue ends with the event that failed: what comes behind must not overtake it', async () => {
    const { queue } = mapped({}, { FifoQueue: 'true', DelaySeconds: '1' }, 's.fifo');
    const details = { senderId: '000000000000' };
    for (let i = 0; i < 8; i += 1) {
      const deduplicationId = `${i}`;
      queue.send([{ ...message(body, 'a'), details: { ...details, deduplicationId } }]);
    }
    lambda.sqs.clock.advance(1000);
    await settle();
    lambda.invoked[0]?.fail();
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies.length)).toEqual([6]);
    expect(queue.counts()).toEqual({ visible: 0, held: 8, delayed: 0 });
  });
});

describe('concurrency', () => {
  test('is what the mapping allows', async () => {
    const { queue } = mapped({ batchSize: 1, maximumConcurrency: 2 });
    send(queue, 'a', 'b', 'c');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a'], ['b']]);
    lambda.invoked[1]?.succeed();
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a'], ['b'], ['c']]);
  });

  test('of a FIFO queue is one batch for each group at a time, in its order', async () => {
    const { queue } = mapped(
      { batchSize: 1 },
      { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
      's.fifo',
    );
    queue.send([message('a1', 'a'), message('a2', 'a'), message('b1', 'b')]);
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a1'], ['b1']]);
    lambda.invoked[0]?.succeed();
    await settle();
    expect(lambda.invoked[2]?.bodies).toEqual(['a2']);
    lambda.invoked[2]?.fail();
    lambda.sqs.clock.advance(30_000);
    await settle();
    expect(lambda.invoked[3]?.bodies).toEqual(['a2']);
  });

  test('above the function’s limits leaves the batch waiting, and it is tried again with a growing delay', async () => {
    const { queue } = mapped();
    send(queue, 'a');
    await settle();
    for (const seconds of [1, 2, 4]) {
      lambda.invoked.at(-1)?.refuse(new AwsError(429, 'TooManyRequestsException', {}));
      const before = lambda.invoked.length;
      await settle();
      lambda.sqs.clock.advance(seconds * 1000 - 1);
      await settle();
      expect(lambda.invoked).toHaveLength(before);
      lambda.sqs.clock.advance(1);
      await settle();
      expect(lambda.invoked).toHaveLength(before + 1);
    }
    const last = lambda.invoked.at(-1);
    expect(last?.records[0]?.attributes.ApproximateReceiveCount).toBe('1');
    last?.succeed();
    await settle();
    expect(queue.counts()).toEqual(EMPTY);
  });

  test('that stays exhausted lets the messages back into the queue', async () => {
    const { queue } = mapped({}, { VisibilityTimeout: '3' });
    send(queue, 'a');
    await settle();
    lambda.invoked[0]?.refuse(new AwsError(429, 'TooManyRequestsException', {}));
    await settle();
    lambda.sqs.clock.advance(1000);
    await settle();
    lambda.invoked[1]?.refuse(new AwsError(429, 'TooManyRequestsException', {}));
    await settle();
    lambda.sqs.clock.advance(2000);
    await settle();
    expect(lambda.invoked[2]?.records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    expect(queue.counts().held).toBe(1);
  });

  test('of a function that calls itself ends: the messages are dropped, or left for the dead-letter queue', async () => {
    const loop = () => new AwsError(400, 'RecursiveInvocationException', {});
    const { queue } = mapped();
    send(queue, 'a');
    await settle();
    lambda.invoked[0]?.refuse(loop());
    await settle();
    expect(queue.counts()).toEqual(EMPTY);

    const dead = lambda.sqs.create('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    lambda.sqs.queues.setAttributes('source', { RedrivePolicy });
    send(queue, 'b');
    await settle();
    lambda.invoked[1]?.refuse(loop());
    await settle();
    lambda.sqs.clock.advance(30_000);
    await settle();
    expect(dead.counts().visible).toBe(1);
  });
});

describe('a mapping', () => {
  test('polls while it is enabled, and what runs then is brought to its end', async () => {
    const { queue, mapping } = mapped();
    send(queue, 'a');
    await settle();
    lambda.mappings.update(mapping.uuid, { enabled: false });
    send(queue, 'b');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a']]);
    lambda.invoked[0]?.succeed();
    await settle();
    expect(queue.counts()).toEqual({ visible: 1, held: 0, delayed: 0 });
    lambda.mappings.update(mapping.uuid, { enabled: true });
    await settle();
    expect(lambda.invoked[1]?.bodies).toEqual(['b']);
  });

  test('gives messages back that it has gathered when it is stopped', async () => {
    const { queue, mapping } = mapped({ windowSeconds: 300 });
    send(queue, 'a');
    await settle();
    expect(queue.counts().held).toBe(1);
    lambda.mappings.remove(mapping.uuid);
    await settle();
    expect(queue.counts()).toEqual({ visible: 1, held: 0, delayed: 0 });
    expect(lambda.invoked).toEqual([]);
  });

  test('waits for a function that is gone, and for a queue', async () => {
    const { queue } = mapped();
    lambda.functions.delete('orders');
    send(queue, 'a');
    await settle();
    lambda.invoked[0]?.succeed();
    await settle();
    send(queue, 'b');
    await settle();
    lambda.functions.add('orders');
    lambda.sqs.clock.advance(30_000);
    await settle();
    expect(lambda.invoked.at(-1)?.bodies).toContain('b');
    lambda.sqs.queues.remove('source');
    await settle();
    send(lambda.sqs.create('source'), 'c');
    await settle();
    expect(lambda.invoked.at(-1)?.bodies).toEqual(['c']);
    expect(lambda.notices).toEqual([]);
  });

  test('is there after a restart, and polls', async () => {
    const { queue, mapping } = mapped();
    await lambda.mappings.close();
    const reopened = lambda.open();
    expect(reopened.list()).toEqual([mapping]);
    reopened.start();
    send(queue, 'a');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a']]);
    lambda.invoked[0]?.succeed();
    await reopened.close();
  });

  test('goes with its function', async () => {
    mapped();
    lambda.mappings.functionDeleted('other');
    expect(lambda.mappings.list()).toHaveLength(1);
    lambda.mappings.functionDeleted('orders');
    expect(lambda.mappings.list()).toEqual([]);
  });

  test('takes nothing more when an invocation was aborted because the emulator ends', async () => {
    const { queue } = mapped({ batchSize: 1, maximumConcurrency: 2 });
    send(queue, 'a', 'b', 'c', 'd');
    await settle();
    lambda.invoked[0]?.fail('aborted');
    await settle();
    expect(lambda.invoked.map(({ bodies }) => bodies)).toEqual([['a'], ['b']]);
    lambda.invoked[1]?.succeed();
    await settle();
    expect(queue.counts()).toEqual({ visible: 3, held: 0, delayed: 0 });
  });

  test('closes when the batches that run have ended', async () => {
    const { queue } = mapped();
    send(queue, 'a');
    await settle();
    let closed = false;
    const closing = lambda.mappings.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    lambda.invoked[0]?.succeed();
    await closing;
    expect(queue.counts()).toEqual(EMPTY);
  });
});

describe('the operations', () => {
  const EventSourceArn = arnOf('source');
  const FunctionName = 'arn:aws:lambda:us-east-1:000000000000:function:orders:live';

  test('create, show, change and delete a mapping', async () => {
    lambda.sqs.create('source');
    const created = await lambda.call('CreateEventSourceMapping', {
      EventSourceArn,
      FunctionName,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    const uuid = String(created.UUID);
    const expected = {
      httpStatus: 200,
      UUID: uuid,
      EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${uuid}`,
      EventSourceArn,
      FunctionArn: FunctionName,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
      ScalingConfig: { MaximumConcurrency: 2 },
      State: 'Enabled',
      StateTransitionReason: 'USER_INITIATED',
      LastModified: lambda.sqs.clock.now() / 1000,
    };
    expect(created).toEqual({ ...expected, httpStatus: 202, State: 'Creating' });
    expect(await lambda.call('GetEventSourceMapping', { uuid })).toEqual(expected);
    expect(
      await lambda.call('UpdateEventSourceMapping', {
        uuid,
        Enabled: false,
        FilterCriteria: {},
        ScalingConfig: {},
        FunctionName: 'orders',
      }),
    ).toMatchObject({ httpStatus: 202, State: 'Disabling', FunctionArn: FunctionName.slice(0, -5) });
    const disabled = await lambda.call('GetEventSourceMapping', { uuid });
    expect(disabled).toMatchObject({ State: 'Disabled' });
    expect(Object.keys(disabled)).not.toContain('FilterCriteria');
    expect(Object.keys(disabled)).not.toContain('ScalingConfig');
    expect(await lambda.call('DeleteEventSourceMapping', { uuid })).toMatchObject({
      httpStatus: 202,
      State: 'Deleting',
    });
    await expect(lambda.call('GetEventSourceMapping', { uuid })).rejects.toMatchObject({
      statusCode: 404,
      body: { Message: 'The resource you requested does not exist.' },
    });
  });

  test('list mappings of a queue or a function, in pages', async () => {
    for (const name of ['a', 'b', 'c']) mapped({}, {}, name);
    const uuids = lambda.mappings.list().map(({ uuid }) => uuid);
    const first = await lambda.call('ListEventSourceMappings', { query: { MaxItems: '2' } });
    expect(first.EventSourceMappings).toMatchObject(uuids.slice(0, 2).map((UUID) => ({ UUID })));
    const second = await lambda.call('ListEventSourceMappings', {
      query: { MaxItems: '2', Marker: String(first.NextMarker) },
    });
    expect(second.EventSourceMappings).toMatchObject([{ UUID: uuids[2] }]);
    expect(second).not.toHaveProperty('NextMarker');
    expect(
      await lambda.call('ListEventSourceMappings', { query: { EventSourceArn: arnOf('b') } }),
    ).toMatchObject({ EventSourceMappings: [{ EventSourceArn: arnOf('b') }] });
    expect(await lambda.call('ListEventSourceMappings', { query: { FunctionName: 'orders:live' } })).toEqual({
      httpStatus: 200,
      EventSourceMappings: [],
    });
  });

  test.each([
    [{ FunctionName: 'none' }, 400, 'Function does not exist'],
    [{ EventSourceArn: undefined }, 400, 'Unrecognized event source.'],
    [
      { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/a' },
      501,
      "llx's emulator does not implement CreateEventSourceMapping for kinesis: its event sources are SQS queues",
    ],
    [
      { EventSourceArn: arnOf('none') },
      400,
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    ],
    [
      { EventSourceArn: arnOf('short') },
      400,
      'Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds',
    ],
    [
      { BatchSize: 11 },
      400,
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    ],
    [
      { BatchSize: 10_001 },
      400,
      "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      { ScalingConfig: { MaximumConcurrency: 1 } },
      400,
      "1 validation error detected: Value '1' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 2",
    ],
    [{ StartingPosition: 'LATEST' }, 400, 'Unsupported parameter for SQS event sources: StartingPosition'],
    [
      { EventSourceArn: arnOf('s.fifo'), MaximumBatchingWindowInSeconds: 1 },
      400,
      'Batching window is not supported for FIFO queues',
    ],
    [{ FilterCriteria: { Filters: [{ Pattern: '{"a":"b"}' }] } }, 400, 'Invalid filter pattern definition.'],
    [{ FilterCriteria: { Filters: [{}] } }, 400, 'Invalid filter pattern definition.'],
  ])('refuse to create with %j', async (input, statusCode, text) => {
    lambda.sqs.create('source');
    lambda.sqs.create('short', { VisibilityTimeout: '2' });
    lambda.sqs.create('s.fifo', { FifoQueue: 'true' });
    const error: unknown = await lambda
      .call('CreateEventSourceMapping', { EventSourceArn, FunctionName: 'orders', ...input })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AwsError);
    if (!(error instanceof AwsError)) return;
    expect(error.statusCode).toBe(statusCode);
    expect(error.body.message ?? error.body.Message).toBe(text);
    expect(lambda.mappings.list()).toEqual([]);
  });

  test('refuse a second mapping of the same queue and function, naming the first', async () => {
    const { mapping } = mapped();
    await expect(
      lambda.call('CreateEventSourceMapping', { EventSourceArn, FunctionName: 'orders' }),
    ).rejects.toMatchObject({
      statusCode: 409,
      body: {
        message: `An event source mapping with SQS arn (" ${EventSourceArn} ") and function (" orders ") already exists. Please update or delete the existing mapping with UUID ${mapping.uuid}`,
      },
    });
    expect(await lambda.call('CreateEventSourceMapping', { EventSourceArn, FunctionName })).toMatchObject({
      httpStatus: 202,
    });
  });
});
