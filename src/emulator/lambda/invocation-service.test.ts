import { expect, test } from 'vitest';
import type { InvocationResult } from '../../runtime/invocation.ts';
import type { InvocationEvent } from './invocation-event.ts';
import { InvocationService, type InvocationTarget } from './invocation-service.ts';
import { callOf, failed, ordersRegistry, succeeded } from './lambda.test-support.ts';

const unexpected: InvocationTarget = () => expect.fail('the other target is meant');

test.each([true, false])('stubbed %s decides who carries an invocation out', async (stubbed) => {
  const registry = ordersRegistry({ stubbed });
  const target: InvocationTarget = async () => succeeded(Buffer.from('1'));
  const targets = stubbed ? { stubbed: target, direct: unexpected } : { stubbed: unexpected, direct: target };
  const service = new InvocationService({ registry, ...targets });
  const { result } = await service.invoke(callOf(registry, 'r-1'));
  expect(result).toEqual(succeeded(Buffer.from('1')));
  await service.close();
});

test('the target gets the whole timeout and its place in the trace; its lines are the log, and observers see each step', async () => {
  const registry = ordersRegistry({ stubbed: true });
  const events: InvocationEvent[] = [];
  const runs: { remainingMs: number; traceId: string | undefined }[] = [];
  const service = new InvocationService({
    registry,
    direct: unexpected,
    stubbed: async ({ traceId }, { remainingMs, onLog }) => {
      runs.push({ remainingMs, traceId });
      onLog('one');
      onLog('two');
      return failed('handler');
    },
    now: () => 7,
  });
  const stop = service.observe((event) => events.push(event));
  const { log, traceId } = await service.invoke(callOf(registry, 'r-1'));
  expect(runs).toEqual([{ remainingMs: 3000, traceId }]);
  const call = { ...callOf(registry, 'r-1'), traceId };
  const report =
    'REPORT RequestId: r-1\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 0 MB\t';
  expect(events).toEqual([
    { type: 'started', call, at: 7 },
    { type: 'log', call, text: 'one', at: 7 },
    { type: 'log', call, text: 'two', at: 7 },
    { type: 'ended', call, result: failed('handler'), at: 7 },
  ]);
  expect(log()).toBe(`START RequestId: r-1 Version: $LATEST\none\ntwo\nEND RequestId: r-1\n${report}\n`);
  stop();
  await service.invoke(callOf(registry, 'r-2'));
  expect(events).toHaveLength(4);
  await service.close();
});

test('above the limit nothing runs, observers are told, and what has ended makes room', async () => {
  const registry = ordersRegistry({ stubbed: false });
  const events: string[] = [];
  const first = Promise.withResolvers<InvocationResult>();
  const answers = [first.promise, Promise.resolve(succeeded(Buffer.from('2')))];
  const service = new InvocationService({
    registry,
    stubbed: unexpected,
    direct: () => answers.shift() ?? expect.fail('one invocation too many'),
    onEvent: ({ type }) => events.push(type),
  });
  service.limits.reserve('orders', 1);
  const running = service.invoke(callOf(registry, 'r-1'));
  await expect(service.invoke(callOf(registry, 'r-2'))).rejects.toMatchObject({ statusCode: 429 });
  first.resolve(succeeded(Buffer.from('1')));
  await running;
  await service.invoke(callOf(registry, 'r-3'));
  expect(events).toEqual(['started', 'throttled', 'ended', 'started', 'ended']);
  await service.close();
});

test('a process that cannot be started is the function’s failure, and makes room as well', async () => {
  const registry = ordersRegistry({ stubbed: false });
  const service = new InvocationService({
    registry,
    stubbed: unexpected,
    direct: () => Promise.reject(new Error('spawn EAGAIN')),
  });
  service.limits.reserve('orders', 1);
  for (const id of ['r-1', 'r-2']) {
    const { result } = await service.invoke(callOf(registry, id));
    expect(result).toMatchObject({ status: 'failed', failure: 'exit', errorType: 'Runtime.ExitError' });
  }
  await service.close();
});

test('the queue of asynchronous invocations is loaded by the first that needs it, and it is in it when that returns', async () => {
  const registry = ordersRegistry({ stubbed: false });
  const kept: string[] = [];
  let loads = 0;
  const service: InvocationService = new InvocationService({
    registry,
    stubbed: unexpected,
    direct: unexpected,
    async loadAsync() {
      loads += 1;
      await Promise.resolve();
      service.attach({ add: ({ requestId }) => void kept.push(requestId) });
    },
  });
  const event = {
    reference: { name: 'orders', qualifier: undefined },
    event: Buffer.from('{}'),
    traceId: undefined,
  };
  await service.invokeLater({ ...event, requestId: 'r-1' });
  expect(kept).toEqual(['r-1']);
  await service.invokeLater({ ...event, requestId: 'r-2' });
  expect({ kept, loads }).toEqual({ kept: ['r-1', 'r-2'], loads: 1 });
  await service.close();
});

test('close aborts what runs and waits for it', async () => {
  const registry = ordersRegistry({ stubbed: false });
  const steps: string[] = [];
  const service = new InvocationService({
    registry,
    stubbed: unexpected,
    direct: (_call, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          steps.push('aborted');
          resolve(failed('aborted'));
        });
      }),
    onEvent: ({ type }) => steps.push(type),
  });
  void service.invoke(callOf(registry, 'r-1'));
  await service.close();
  expect(steps).toEqual(['started', 'aborted', 'ended']);
});
