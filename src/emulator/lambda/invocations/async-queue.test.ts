import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failed, succeeded } from '../lambda.test-support.ts';
import type { AsyncEvent } from './async-event.ts';
import { echo, fail, LambdaWorld, START } from './invocations.test-support.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:results';

let world: LambdaWorld;

beforeEach(async () => {
  world = await LambdaWorld.open();
  world.queues.queues.add(QUEUE);
});

afterEach(() => world.close());

const event = (requestId: string, payload = '{}', name = 'orders'): AsyncEvent => ({
  reference: { name, qualifier: undefined },
  requestId,
  event: Buffer.from(payload),
  traceId: undefined,
});

/** Of each run: which request, and when, in seconds since the beginning. */
function runs(): string[] {
  return world.events.flatMap((one) =>
    one.type === 'started' ? [`${one.call.requestId} ${(one.at - START) / 1000}`] : [],
  );
}

/** Bodies that are JSON as values. */
function records(): unknown[] {
  return world.queues.sent.map(({ queueArn, message: { body, traceHeader: _, ...message } }) => ({
    queueArn,
    ...message,
    body: JSON.parse(body),
  }));
}

test('an event runs once when it succeeds, and nothing of it is left', async () => {
  world.deploy('orders', echo);
  world.queue.add(event('r-1'));
  await world.ended(1);
  world.clock.advance(24 * 3_600_000);
  expect(runs()).toEqual(['r-1 0']);
  world.newQueue().start();
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs()).toEqual(['r-1 0']);
});

test('a function that fails is tried after one minute and after two more, with the same request id', async () => {
  world.deploy('orders', fail);
  world.queue.add(event('r-1'));
  for (const tries of [1, 2, 3]) {
    await world.ended(tries);
    world.clock.advance(120_000);
  }
  world.clock.advance(24 * 3_600_000);
  expect(runs()).toEqual(['r-1 0', 'r-1 60', 'r-1 240']);
});

test('an emulator that is killed goes on where it was: tries, due times and request ids are kept', async () => {
  world.deploy('orders', fail);
  world.queue.configs.put('orders', undefined, { onFailure: QUEUE, lastModified: START });
  world.queue.add(event('r-1'));
  await world.ended(1);
  await world.queue.close();
  world.clock.advance(30_000);
  world.newQueue().start();
  world.clock.advance(29_999);
  expect(runs()).toEqual(['r-1 0']);
  world.clock.advance(1);
  await world.ended(2);
  world.clock.advance(120_000);
  await world.queues.received(1);
  expect(runs()).toEqual(['r-1 0', 'r-1 60', 'r-1 180']);
  expect(records()).toMatchObject([{ body: { requestContext: { approximateInvokeCount: 3 } } }]);
});

test('an event that ran when the emulator was killed is delivered again', async () => {
  const hanging = Promise.withResolvers<void>();
  world.deploy('orders', async ({ event: payload }) => {
    await hanging.promise;
    return succeeded(payload);
  });
  world.queue.add(event('r-1'));
  await world.until(() => world.calls.length === 1);
  // The first queue is left as it is, as by a kill: nothing of it is written any more.
  const killed = world.queue;
  world.newQueue().start();
  await world.until(() => world.calls.length === 2);
  expect(runs()).toEqual(['r-1 0', 'r-1 0']);
  hanging.resolve();
  await world.ended(2);
  await killed.close();
});

test('an event that still runs when its function is deleted takes no later event with it', async () => {
  const hanging = Promise.withResolvers<void>();
  world.deploy('orders', async ({ event: payload }) => {
    await hanging.promise;
    return succeeded(payload);
  });
  world.queue.add(event('r-1'));
  await world.until(() => world.calls.length === 1);
  world.queue.functionDeleted('orders');
  world.deploy('mails', fail);
  world.queue.add(event('r-2', '{}', 'mails'));
  await world.ended(1);
  hanging.resolve();
  await world.ended(2);
  world.clock.advance(60_000);
  await world.ended(3);
  expect(runs()).toEqual(['r-1 0', 'r-2 0', 'r-2 60']);
});

test('a success goes to its destination as AWS records it', async () => {
  world.deploy('orders', async () => succeeded(Buffer.from('{"done":true}')));
  world.queue.configs.put('orders', undefined, { onSuccess: QUEUE, onFailure: QUEUE, lastModified: START });
  world.queue.add(event('r-1', '{"n":1}'));
  await world.queues.received(1);
  expect(records()).toEqual([
    {
      queueArn: QUEUE,
      body: {
        version: '1.0',
        timestamp: '2026-11-21T10:00:00.000Z',
        requestContext: {
          requestId: 'r-1',
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST',
          condition: 'Success',
          approximateInvokeCount: 1,
        },
        requestPayload: { n: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST' },
        responsePayload: { done: true },
      },
    },
  ]);
});

test('what is given up goes to the destination and to the dead-letter queue', async () => {
  world.deploy('orders', fail, { deadLetterArn: QUEUE });
  world.queue.configs.put('orders', undefined, {
    maximumRetries: 0,
    onFailure: QUEUE,
    lastModified: START,
  });
  world.queue.add(event('r-1', '{"n":1}'));
  await world.queues.received(2);
  expect(records()).toEqual([
    {
      queueArn: QUEUE,
      body: expect.objectContaining({
        requestContext: expect.objectContaining({ condition: 'RetriesExhausted', approximateInvokeCount: 1 }),
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'Error', errorMessage: 'no' },
      }),
    },
    {
      queueArn: QUEUE,
      attributes: {
        RequestID: { DataType: 'String', StringValue: 'r-1' },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: 'no' },
      },
      body: { n: 1 },
    },
  ]);
});

test('a function is a destination, too: it is invoked with the record, and the chain of the trace goes on', async () => {
  const target = world.deploy('billing', echo);
  world.deploy('orders', echo);
  world.queue.configs.put('orders', undefined, { onSuccess: target, lastModified: START });
  world.queue.add(event('r-1', '1'));
  await world.ended(2);
  const [orders, billing] = world.calls;
  expect(JSON.parse(Buffer.from(billing?.event ?? []).toString())).toMatchObject({
    requestContext: { requestId: 'r-1', condition: 'Success' },
    responsePayload: 1,
  });
  const chain = orders?.traceId?.split('Lineage=')[1];
  expect(billing?.traceId).toContain(`Lineage=${chain}|`);
});

test('a destination that is gone is told of and counted, and the event is not tried again for it', async () => {
  world.deploy('orders', echo);
  world.queue.configs.put('orders', undefined, { onSuccess: `${QUEUE}-gone`, lastModified: START });
  world.queue.add(event('r-1'));
  await world.until(() => world.notices.length === 1);
  expect(world.notices).toEqual([
    `What invocation r-1 of orders left did not reach ${QUEUE}-gone: there is no queue ${QUEUE}-gone`,
  ]);
  expect(world.events.filter(({ type }) => type === 'async')).toEqual([
    { type: 'async', functionName: 'orders', at: START, metric: 'DestinationDeliveryFailures' },
  ]);
});

describe('a state that refuses what is written to it, as on a full disk', () => {
  const REFUSED =
    'Asynchronous invocations wait for the emulator’s state, which refuses what is written to it: full';
  const refuse = (change: 'UPDATE' | 'DELETE' | 'INSERT'): void =>
    world.state.database.exec(
      `CREATE TEMP TRIGGER full BEFORE ${change} ON lambda_async_events BEGIN SELECT RAISE(ABORT, 'full'); END`,
    );
  const recover = (): void => world.state.database.exec('DROP TRIGGER full');

  test.each(['UPDATE', 'DELETE'] as const)('costs no event its later tries (%s)', async (change) => {
    world.deploy('orders', change === 'UPDATE' ? fail : echo);
    world.queue.add(event('r-1'));
    refuse(change);
    await world.until(() => world.notices.length === 1);
    world.clock.advance(20_000);
    await world.ended(1);
    // What has run is not run again for it: only its end is still to be written.
    expect(runs()).toEqual(['r-1 0']);
    recover();
    world.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(24 * 3_600_000);
    await world.ended(change === 'UPDATE' ? 2 : 1);
    expect(runs().slice(0, 2)).toEqual(change === 'UPDATE' ? ['r-1 0', 'r-1 60'] : ['r-1 0']);
    expect(world.notices).toEqual([REFUSED]);
  });

  test('keeps what goes to a destination until it can be written', async () => {
    world.deploy('billing', echo);
    const target = world.registry.arnOf({ name: 'billing', qualifier: undefined });
    world.deploy('orders', echo);
    world.queue.configs.put('orders', undefined, { onSuccess: target, lastModified: START });
    world.queue.add(event('r-1'));
    refuse('INSERT');
    await world.until(() => world.notices.length === 1);
    recover();
    world.clock.advance(5_000);
    await world.ended(2);
    expect(world.calls.map(({ resolved }) => resolved.deployed.spec.name)).toEqual(['orders', 'billing']);
    expect(world.events.filter(({ type }) => type === 'async')).toEqual([]);
  });

  test('leaves the event to the next start where the emulator ends meanwhile', async () => {
    world.deploy('orders', echo);
    world.queue.add(event('r-1'));
    refuse('DELETE');
    await world.until(() => world.notices.length === 1);
    await world.queue.close();
    recover();
    world.newQueue().start();
    await world.ended(2);
    expect(runs()).toEqual(['r-1 0', 'r-1 0']);
  });
});

test('an event whose next try would be too late is given up now', async () => {
  world.deploy('orders', fail);
  world.queue.configs.put('orders', undefined, {
    maximumAgeSeconds: 60,
    onFailure: QUEUE,
    lastModified: START,
  });
  world.queue.add(event('r-1'));
  await world.ended(1);
  world.clock.advance(60_000);
  await world.queues.received(1);
  expect(runs()).toEqual(['r-1 0', 'r-1 60']);
  expect(records()).toMatchObject([
    { body: { requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 } } },
  ]);
});

test('throttled events are tried after a second, and then after twice as long each time', async () => {
  world.deploy('orders', echo);
  world.service.limits.reserve('orders', 1);
  world.service.limits.enter('orders');
  world.queue.add(event('r-1'));
  const throttled = (): number => world.events.filter(({ type }) => type === 'throttled').length;
  await world.until(() => throttled() === 1);
  world.clock.advance(1_000);
  await world.until(() => throttled() === 2);
  world.clock.advance(1_999);
  expect(throttled()).toBe(2);
  world.clock.advance(1);
  await world.until(() => throttled() === 3);
  world.service.limits.leave('orders');
  world.clock.advance(4_000);
  await world.ended(1);
  expect(runs()).toEqual(['r-1 7']);
});

test('with a reserved concurrency of zero nothing is tried, and the record says so', async () => {
  world.deploy('orders', echo, { deadLetterArn: QUEUE });
  world.service.limits.reserve('orders', 0);
  world.queue.configs.put('orders', undefined, { onFailure: QUEUE, lastModified: START });
  world.queue.add(event('r-1'));
  await world.queues.received(2);
  expect(runs()).toEqual([]);
  expect(records()).toEqual([
    {
      queueArn: QUEUE,
      body: {
        version: '1.0',
        timestamp: '2026-11-21T10:00:00.000Z',
        requestContext: {
          requestId: 'r-1',
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST',
          condition: 'ZeroReservedConcurrency',
          approximateInvokeCount: 0,
        },
        requestPayload: {},
      },
    },
    expect.objectContaining({
      attributes: expect.objectContaining({ ErrorCode: { DataType: 'Number', StringValue: '429' } }),
    }),
  ]);
});

test('a function that calls itself for ever is stopped, and the event goes to the dead-letter queue', async () => {
  world.deploy(
    'orders',
    async ({ resolved, traceId }) => {
      const { name } = resolved.deployed.spec;
      await world.service.invokeLater({ ...event(crypto.randomUUID(), '1', name), traceId });
      return succeeded(Buffer.from('1'));
    },
    { deadLetterArn: QUEUE },
  );
  world.queue.add(event('r-1'));
  await world.queues.received(1);
  expect(world.calls).toHaveLength(16);
  expect(world.events.filter(({ type }) => type === 'recursive')).toEqual([
    { type: 'recursive', functionName: 'orders', at: START },
  ]);
  expect(records()).toMatchObject([{ body: 1, attributes: { ErrorCode: { StringValue: '400' } } }]);
});

test('a function that hangs holds up its own events, and no other’s', async () => {
  const hanging = Promise.withResolvers<void>();
  world.newQueue({ total: 3, perFunction: 2 });
  world.deploy('orders', async ({ event: payload }) => {
    await hanging.promise;
    return succeeded(payload);
  });
  world.deploy('billing', echo);
  for (const id of ['o-1', 'o-2', 'o-3']) world.queue.add(event(id));
  for (const id of ['b-1', 'b-2', 'b-3']) world.queue.add(event(id, '{}', 'billing'));
  await world.ended(3);
  expect(runs().sort()).toEqual(['b-1 0', 'b-2 0', 'b-3 0', 'o-1 0', 'o-2 0']);
  hanging.resolve();
  await world.ended(6);
  expect(runs()).toHaveLength(6);
});

test('all events run, however many wait for their turn', async () => {
  world.newQueue({ total: 2, perFunction: 1 });
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) world.deploy(name, echo);
  for (let index = 0; index < 40; index++) {
    world.queue.add(event(`r-${index}`, '{}', names[index % names.length]));
  }
  await world.ended(40);
  expect(new Set(runs()).size).toBe(40);
});

test('what the emulator’s end stopped waits for its next start', async () => {
  const running = Promise.withResolvers<void>();
  world.deploy('orders', (_call, { signal }) => {
    running.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(failed('aborted'))));
  });
  world.queue.add(event('r-1'));
  await running.promise;
  const closing = world.queue.close();
  await world.service.close();
  await closing;
  expect(world.notices).toEqual([
    'Asynchronous invocations that are not tried again, because the emulator was stopped: 1',
  ]);
});

test('with a function its events go, and one whose function is not there is dropped and told of', async () => {
  world.deploy('orders', fail);
  world.queue.add(event('r-1'));
  await world.ended(1);
  world.queue.functionDeleted('orders');
  world.clock.advance(60_000);
  world.queue.add(event('r-2', '{}', 'gone'));
  await world.until(() => world.notices.length === 1);
  expect(runs()).toEqual(['r-1 0']);
  expect(world.notices).toEqual([
    'The asynchronous invocation r-2 of gone is dropped: ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:gone:$LATEST',
  ]);
});
