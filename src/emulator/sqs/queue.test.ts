import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arnOf, bodies, message, type OpenQueues, openQueues } from './sqs.test-support.ts';

let sqs: OpenQueues;
beforeEach(() => {
  sqs = openQueues();
});
afterEach(() => sqs.close());

const MINUTE = 60_000;

describe('a standard queue', () => {
  test('gives the oldest messages first, and each one only once while it is held', () => {
    const queue = sqs.create('orders');
    queue.send(['a', 'b', 'c'].map((body) => message(body)));

    expect(bodies(queue.receive({ most: 2 }))).toEqual(['a', 'b']);
    expect(bodies(queue.receive({ most: 2 }))).toEqual(['c']);
    expect(queue.receive({ most: 2 })).toEqual([]);
  });

  test('gives a message again when its visibility timeout is over, and counts', () => {
    const queue = sqs.create('orders', { VisibilityTimeout: '5' });
    queue.send([message('a')]);
    const [first] = queue.receive({ most: 1 });
    sqs.clock.advance(4999);
    expect(queue.receive({ most: 1 })).toEqual([]);
    sqs.clock.advance(1);
    const [second] = queue.receive({ most: 1 });

    expect(second).toMatchObject({
      messageId: first?.messageId,
      receiveCount: 2,
      firstReceivedAt: first?.firstReceivedAt,
    });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
  });

  test('keeps a delayed message back for its time', () => {
    const queue = sqs.create('orders', { DelaySeconds: '10' });
    queue.send([message('queue’s delay'), { ...message('own delay'), delayMs: 1000 }]);
    expect(queue.counts()).toEqual({ visible: 0, held: 0, delayed: 2 });
    sqs.clock.advance(1000);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['own delay']);
    sqs.clock.advance(9000);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['queue’s delay']);
  });

  test('does not delete by a handle of an earlier delivery, and deletes by an expired one of the last', () => {
    const queue = sqs.create('orders', { VisibilityTimeout: '5' });
    queue.send([message('a')]);
    const stale = queue.receive({ most: 1 })[0]?.receiptHandle ?? '';
    sqs.clock.advance(5000);
    const last = queue.receive({ most: 1 })[0]?.receiptHandle ?? '';

    expect(queue.remove([stale])).toEqual([undefined]);
    expect(queue.counts()).toEqual({ visible: 0, held: 1, delayed: 0 });
    sqs.clock.advance(5000);
    expect(queue.remove([last])).toEqual([undefined]);
    expect(queue.counts()).toEqual({ visible: 0, held: 0, delayed: 0 });
    expect(queue.remove([last])).toEqual([undefined]);
  });

  test('refuses what is no handle, or one of another queue', () => {
    const [orders, other] = [sqs.create('orders'), sqs.create('other')];
    other.send([message('a')]);
    const handle = other.receive({ most: 1 })[0]?.receiptHandle ?? '';

    expect(orders.remove(['nonsense', handle]).map((error) => error?.type)).toEqual([
      'ReceiptHandleIsInvalid',
      'ReceiptHandleIsInvalid',
    ]);
    expect(other.counts().held).toBe(1);
  });

  test('holds a message longer, or gives it back at once, when it is told', () => {
    const queue = sqs.create('orders');
    queue.send([message('a')]);
    const handle = queue.receive({ most: 1 })[0]?.receiptHandle ?? '';
    expect(queue.changeVisibility([{ handle, timeoutMs: 60_000 }])).toEqual([undefined]);
    sqs.clock.advance(59_999);
    expect(queue.receive({ most: 1 })).toEqual([]);
    expect(queue.changeVisibility([{ handle, timeoutMs: 0 }])).toEqual([undefined]);
    expect(bodies(queue.receive({ most: 1 }))).toEqual(['a']);
  });

  test('lets nobody hold a message for more than 12 hours, nor change one that is not in flight', () => {
    const queue = sqs.create('orders', { VisibilityTimeout: '60' });
    queue.send([message('a')]);
    const handle = queue.receive({ most: 1 })[0]?.receiptHandle ?? '';
    sqs.clock.advance(30_000);
    const [tooLong] = queue.changeVisibility([{ handle, timeoutMs: 43_200_000 }]);
    expect(tooLong?.body.message).toBe(
      'Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds].',
    );
    sqs.clock.advance(30_000);
    expect(queue.changeVisibility([{ handle, timeoutMs: 1000 }])[0]?.type).toBe('MessageNotInflight');
  });

  test('forgets messages that are older than it keeps them', () => {
    const queue = sqs.create('orders', { MessageRetentionPeriod: '60' });
    queue.send([message('old')]);
    sqs.clock.advance(30_000);
    queue.send([message('young')]);
    sqs.clock.advance(30_001);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['young']);
  });

  test('moves a message that was received too often into the dead-letter queue, which knows its source', () => {
    const dead = sqs.create('dead');
    const queue = sqs.create('orders', {
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
    });
    const sentAt = sqs.clock.now();
    queue.send([message('poison')]);
    for (const count of [1, 2]) {
      expect(queue.receive({ most: 1 })).toMatchObject([{ receiveCount: count }]);
      sqs.clock.advance(1000);
    }
    expect(dead.counts().visible).toBe(0);
    queue.send([message('next')]);

    expect(bodies(queue.receive({ most: 1 }))).toEqual(['next']);
    expect(dead.receive({ most: 1 })).toMatchObject([
      { body: 'poison', sentAt, details: { deadLetterSourceArn: arnOf('orders') } },
    ]);
  });
});

describe('a chain of dead-letter queues', () => {
  const policy = (name: string, maxReceiveCount: number) => ({
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount }),
  });

  test('each one counts its own receives, and shows all of them', () => {
    const last = sqs.create('last');
    const middle = sqs.create('middle', policy('last', 1));
    const queue = sqs.create('orders', policy('middle', 2));
    queue.send([message('poison')]);
    for (let count = 0; count < 3; count += 1) {
      queue.receive({ most: 1 });
      sqs.clock.advance(1000);
    }
    expect(middle.receive({ most: 1 })).toMatchObject([{ body: 'poison', receiveCount: 3 }]);
    sqs.clock.advance(1000);
    expect(middle.receive({ most: 1 })).toEqual([]);
    expect(bodies(last.receive({ most: 1 }))).toEqual(['poison']);
  });

  test('a queue that is its own gives a message on, instead of moving it without end', async () => {
    const queue = sqs.create('orders', { VisibilityTimeout: '1' });
    sqs.queues.setAttributes('orders', policy('orders', 1));
    queue.send([message('poison')]);
    queue.receive({ most: 1 });
    sqs.clock.advance(1000);
    const { signal } = new AbortController();
    const received = await queue.receiveOrWait({ most: 1 }, { signal, waitMs: 5000 });
    expect(received).toMatchObject([{ body: 'poison', receiveCount: 2 }]);
  });
});

test('whoever waits is told of a full disk; whoever sends, and the clock, are not', async () => {
  const queue = sqs.create('orders');
  const { signal } = new AbortController();
  const waiting = queue.receiveOrWait({ most: 1 }, { signal, waitMs: 5000 });
  const told = expect(waiting).rejects.toThrow('full');
  queue.send([{ ...message('later'), delayMs: 1000 }]);
  sqs.state.database.exec(
    "CREATE TEMP TRIGGER full BEFORE UPDATE ON sqs_messages BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  sqs.clock.advance(1000);
  await told;
  sqs.state.database.exec('DROP TRIGGER full');
  expect(bodies(queue.receive({ most: 1 }))).toEqual(['later']);
});

describe('a FIFO queue', () => {
  const FIFO = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

  test('gives nothing of a group while a message of it is held, and other groups meanwhile', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    queue.send([message('a1', 'a'), message('a2', 'a'), message('b1', 'b')]);
    const [a1] = queue.receive({ most: 1 });

    expect(a1?.body).toBe('a1');
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['b1']);
    queue.remove([a1?.receiptHandle ?? '']);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['a2']);
  });

  test('begins with the message that came back, in its place', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    queue.send([message('a1', 'a'), message('a2', 'a')]);
    queue.receive({ most: 1 });
    sqs.clock.advance(30_000);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['a1', 'a2']);
  });

  test('gives nothing of a group while a later message of it is held, whatever the order they come back in', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    queue.send([message('a1', 'a'), message('a2', 'a')]);
    const [a1, a2] = queue.receive({ most: 2 });
    queue.changeVisibility([{ handle: a1?.receiptHandle ?? '', timeoutMs: 0 }]);
    expect(queue.receive({ most: 10 })).toEqual([]);
    queue.changeVisibility([{ handle: a2?.receiptHandle ?? '', timeoutMs: 0 }]);
    expect(bodies(queue.receive({ most: 10 }))).toEqual(['a1', 'a2']);
  });

  test('refuses a handle whose time is over', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    queue.send([message('a1', 'a')]);
    const handle = queue.receive({ most: 1 })[0]?.receiptHandle ?? '';
    sqs.clock.advance(30_000);
    expect(queue.remove([handle])[0]?.body.message).toBe(
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
  });

  test('takes the same message once in five minutes, even when it was deleted meanwhile', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    const [first] = queue.send([message('same', 'a')]);
    queue.remove([queue.receive({ most: 1 })[0]?.receiptHandle ?? '']);
    sqs.clock.advance(5 * MINUTE - 1);
    expect(queue.send([message('same', 'b')])).toEqual([first]);
    expect(queue.counts().visible).toBe(0);
    sqs.clock.advance(1);
    queue.send([message('same', 'a')]);
    expect(queue.counts().visible).toBe(1);
  });

  test('deduplicates within each group where its scope is that', () => {
    const queue = sqs.create('orders.fifo', { ...FIFO, DeduplicationScope: 'messageGroup' });
    queue.send([message('same', 'a'), message('same', 'b'), message('same', 'b')]);
    expect(queue.counts().visible).toBe(2);
  });

  test('gives the same messages to the same attempt, until one of them is deleted', () => {
    const queue = sqs.create('orders.fifo', FIFO);
    queue.send([message('a1', 'a'), message('b1', 'b')]);
    const first = queue.receive({ most: 2, attemptId: 'try' });
    expect(queue.receive({ most: 2, attemptId: 'try' })).toEqual(first);
    expect(queue.receive({ most: 2, attemptId: 'another' })).toEqual([]);
    queue.remove([first[0]?.receiptHandle ?? '']);
    expect(queue.receive({ most: 2, attemptId: 'try' })).toEqual([]);
  });

  test('goes on with a group whose message went to the dead-letter queue', () => {
    const dead = sqs.create('dead.fifo', FIFO);
    const queue = sqs.create('orders.fifo', {
      ...FIFO,
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    });
    queue.send([message('a1', 'a'), message('a2', 'a')]);
    queue.receive({ most: 1 });
    sqs.clock.advance(30_000);
    expect(bodies(queue.receive({ most: 1 }))).toEqual(['a2']);
    expect(bodies(dead.receive({ most: 1 }))).toEqual(['a1']);
  });

  test('has a changed delay for messages that are already there', () => {
    const queue = sqs.create('orders.fifo', { ...FIFO, DelaySeconds: '900' });
    queue.send([message('a1', 'a')]);
    sqs.queues.setAttributes('orders.fifo', { DelaySeconds: '0' });
    expect(bodies(queue.receive({ most: 1 }))).toEqual(['a1']);
  });
});

describe('waiting', () => {
  const never = new AbortController().signal;

  test('ends with the message that is sent meanwhile, for one of those who wait', async () => {
    const queue = sqs.create('orders');
    const first = queue.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: never });
    const second = queue.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: never });
    queue.send([message('a')]);
    expect(bodies(await first)).toEqual(['a']);
    sqs.clock.advance(20_000);
    expect(await second).toEqual([]);
  });

  test('ends when a held message becomes visible by itself', async () => {
    const queue = sqs.create('orders', { VisibilityTimeout: '5' });
    queue.send([message('a')]);
    queue.receive({ most: 1 });
    const waiting = queue.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: never });
    sqs.clock.advance(5000);
    expect(await waiting).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  });

  test('ends when the rest of a group is free', async () => {
    const queue = sqs.create('orders.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    queue.send([message('a1', 'a'), message('a2', 'a')]);
    const [a1] = queue.receive({ most: 1 });
    const waiting = queue.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: never });
    queue.remove([a1?.receiptHandle ?? '']);
    expect(bodies(await waiting)).toEqual(['a2']);
  });

  test('takes no message for a caller that is gone', async () => {
    const queue = sqs.create('orders');
    const caller = new AbortController();
    const waiting = queue.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: caller.signal });
    caller.abort();
    expect(await waiting).toEqual([]);
    queue.send([message('a')]);
    expect(queue.counts()).toEqual({ visible: 1, held: 0, delayed: 0 });
  });

  test('ends with nothing when the queue is deleted or closed', async () => {
    const queue = sqs.create('orders');
    const waiting = queue.receiveOrWait({ most: 1 }, { signal: never });
    sqs.queues.remove('orders');
    expect(await waiting).toEqual([]);
  });

  test('of a dead-letter queue ends with a dead letter', async () => {
    const dead = sqs.create('dead');
    const queue = sqs.create('orders', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    });
    const waiting = dead.receiveOrWait({ most: 1 }, { waitMs: 20_000, signal: never });
    queue.send([message('a')]);
    queue.receive({ most: 1 });
    queue.receive({ most: 1 });
    expect(bodies(await waiting)).toEqual(['a']);
  });
});
