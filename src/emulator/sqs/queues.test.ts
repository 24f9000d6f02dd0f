import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TestClock } from '../service.test-support.ts';
import { openState } from '../state/open-state.ts';
import { InFlightLimit, MOST_IN_FLIGHT } from './in-flight-limit.ts';
import { MoveTasks } from './move-tasks.ts';
import { Queues } from './queues.ts';
import { arnOf, bodies, message, openQueues, SCOPE } from './sqs.test-support.ts';

const directory = mkdtempSync(join(tmpdir(), 'llx-queues-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('what was sent, received, held and deleted is so again when the state is opened anew', () => {
  const clock = new TestClock(Date.UTC(2026, 10, 21));
  const open = () => {
    const state = openState({ directory });
    return { state, queues: new Queues({ state, scope: SCOPE, clock }) };
  };
  const before = open();
  const { queue } = before.queues.create('orders', { VisibilityTimeout: '60' }, { team: 'a' });
  queue.send(['deleted', 'held', 'waiting'].map((body) => message(body)));
  const [deleted, held] = queue.receive({ most: 2 });
  queue.remove([deleted?.receiptHandle ?? '']);
  before.state.close();

  const after = open();
  const reopened = after.queues.get('orders');
  expect({ ...reopened, queue: reopened.queue.counts() }).toEqual({
    name: 'orders',
    attributes: { VisibilityTimeout: '60' },
    tags: { team: 'a' },
    createdAt: clock.now(),
    modifiedAt: clock.now(),
    queue: { visible: 1, held: 1, delayed: 0 },
  });
  expect(bodies(reopened.queue.receive({ most: 10 }))).toEqual(['waiting']);
  expect(reopened.queue.remove([held?.receiptHandle ?? ''])).toEqual([undefined]);
  clock.advance(60_000);
  expect(reopened.queue.receive({ most: 10 })).toMatchObject([{ body: 'waiting', receiveCount: 2 }]);
  after.state.close();
});

test('a move task goes on when the state is opened anew', async () => {
  const sqs = openQueues();
  const dead = sqs.create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const queue = sqs.create('orders', { RedrivePolicy, VisibilityTimeout: '0' });
  queue.send([message('a')]);
  queue.receive({ most: 1 });
  queue.receive({ most: 1 });
  await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn });
  sqs.moveTasks.close();
  const again = new MoveTasks({ state: sqs.state, queues: sqs.queues, clock: sqs.clock });
  sqs.clock.advance(0);
  expect(again.list(dead.arn)).toMatchObject([{ status: 'COMPLETED', moved: 1 }]);
  expect(queue.counts().visible).toBe(1);
  again.close();
  await sqs.close();
});

test('messages are moved and counted as one: where the count cannot be written, none has moved', async () => {
  const sqs = openQueues();
  const dead = sqs.create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const queue = sqs.create('orders', { RedrivePolicy });
  dead.send([message('a'), message('b')]);
  await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn, DestinationArn: queue.arn });
  sqs.state.database.exec(
    "CREATE TEMP TRIGGER full BEFORE UPDATE ON sqs_move_tasks BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  sqs.clock.advance(0);
  expect([dead, queue].map((one) => one.counts().visible)).toEqual([2, 0]);
  sqs.state.database.exec('DROP TRIGGER full');
  sqs.clock.advance(5_000);
  expect([dead, queue].map((one) => one.counts().visible)).toEqual([0, 2]);
  expect(sqs.moveTasks.list(dead.arn)).toMatchObject([{ status: 'COMPLETED', moved: 2, toMove: 2 }]);
  await sqs.close();
});

test('what comes into a FIFO queue while its messages are moved hides none of them', async () => {
  const sqs = openQueues();
  const dead = sqs.create('dead.fifo', { FifoQueue: 'true' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const queue = sqs.create('orders.fifo', { FifoQueue: 'true', RedrivePolicy });
  dead.send([message('a', 'a'), message('b', 'b')]);
  await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn, DestinationArn: queue.arn });
  dead.send(Array.from({ length: 100 }, () => message('later', 'a')));
  sqs.clock.advance(0);
  expect(sqs.moveTasks.list(dead.arn)).toMatchObject([{ status: 'COMPLETED', moved: 2, toMove: 2 }]);
  expect(bodies(queue.receive({ most: 10 }))).toEqual(['a', 'b']);
  await sqs.close();
});

test('others send to a queue by its ARN, also to a FIFO queue without a group', async () => {
  const sqs = openQueues();
  const [plain, fifo] = [sqs.create('plain'), sqs.create('o.fifo', { FifoQueue: 'true' })];
  const attributes = { RequestID: { DataType: 'String', StringValue: 'r' } };
  await sqs.queues.send(plain.arn, { body: 'a', attributes, traceHeader: 'Root=1' });
  await sqs.queues.send(fifo.arn, { body: 'b' });
  await expect(sqs.queues.send(arnOf('none'), { body: 'c' })).rejects.toMatchObject({
    type: 'QueueDoesNotExist',
  });
  expect(plain.receive({ most: 1 })).toMatchObject([
    { body: 'a', details: { attributes, traceHeader: 'Root=1', senderId: '000000000000' } },
  ]);
  expect(bodies(fifo.receive({ most: 1 }))).toEqual(['b']);
  expect([sqs.queues.exists(plain.arn), sqs.queues.exists(arnOf('none'))]).toEqual([true, false]);
  expect(sqs.queues.exists(plain.arn.replace('us-east-1', 'eu-west-1'))).toBe(false);
  await sqs.close();
});

test('queues tell that they were created and deleted', async () => {
  const sqs = openQueues();
  const told: string[] = [];
  const endCreated = sqs.queues.onCreated((arn) => void told.push(`created ${arn}`));
  const endDeleted = sqs.queues.onDeleted((arn) => void told.push(`deleted ${arn}`));
  sqs.create('orders');
  sqs.queues.remove('orders');
  endCreated();
  endDeleted();
  sqs.create('orders');
  expect(told).toEqual([`created ${arnOf('orders')}`, `deleted ${arnOf('orders')}`]);
  await sqs.close();
});

test('the limit of messages in flight counts anew only when it seems to be reached', () => {
  let held = MOST_IN_FLIGHT - 10;
  let counted = 0;
  const limit = new InFlightLimit(() => {
    counted += 1;
    return held;
  });
  expect(limit.room()).toBe(10);
  limit.add(9);
  expect(limit.room()).toBe(1);
  expect(counted).toBe(1);
  limit.add(1);
  held = MOST_IN_FLIGHT;
  expect(limit.room()).toBe(0);
  limit.removeOne();
  expect(limit.room()).toBe(1);
  limit.add(1);
  held = 5;
  expect(limit.room()).toBe(MOST_IN_FLIGHT - 5);
});

test('messages are not moved to a queue of the other type, which would never give them', async () => {
  const sqs = openQueues();
  const dead = sqs.create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  sqs.create('orders', { RedrivePolicy });
  const { arn } = sqs.create('orders.fifo', { FifoQueue: 'true' });
  await expect(
    sqs.call('StartMessageMoveTask', { SourceArn: dead.arn, DestinationArn: arn }),
  ).rejects.toMatchObject({ type: 'UnsupportedOperation' });
  await sqs.close();
});

test('a move task outlasts a full disk', async () => {
  const sqs = openQueues();
  const dead = sqs.create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  sqs.create('orders', { RedrivePolicy });
  const { arn } = sqs.create('other');
  dead.send([message('a')]);
  await sqs.call('StartMessageMoveTask', { SourceArn: dead.arn, DestinationArn: arn });
  sqs.state.database.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON sqs_messages BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  sqs.clock.advance(0);
  sqs.state.database.exec('DROP TRIGGER full');
  sqs.clock.advance(5_000);
  expect(sqs.queues.find(arn)?.counts().visible).toBe(1);
  await sqs.close();
});
