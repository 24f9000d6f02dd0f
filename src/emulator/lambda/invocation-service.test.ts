import { expect, test } from 'vitest';
import { AsyncQueue } from './async-queue.ts';
import { InvocationService, type InvocationTarget } from './invocation-service.ts';
import { callOf, failed, ordersRegistry, succeeded } from './lambda.test-support.ts';

const unexpected: InvocationTarget = () => expect.fail('the other target is meant');
const silent = (text: string): void => expect.fail(text);

test.each([true, false])('stubbed %s decides who carries an invocation out', async (stubbed) => {
  const registry = ordersRegistry({ stubbed });
  const target: InvocationTarget = async () => succeeded(Buffer.from('1'));
  const targets = stubbed ? { stubbed: target, direct: unexpected } : { stubbed: unexpected, direct: target };
  const service = new InvocationService({ registry, ...targets, onNotice: silent });
  const { result } = await service.invoke(callOf(registry, 'r-1'));
  expect(result).toEqual(succeeded(Buffer.from('1')));
  await service.close();
});

test('the target gets the whole timeout, its lines are the log, and both ends are told', async () => {
  const registry = ordersRegistry({ stubbed: true });
  const events: string[] = [];
  const service = new InvocationService({
    registry,
    direct: unexpected,
    stubbed: async (_call, { remainingMs, onLog }) => {
      events.push(`runs for ${remainingMs} ms`);
      onLog('one');
      onLog('two');
      return failed('handler');
    },
    onEvent: ({ type, call }) => events.push(`${type} ${call.requestId}`),
    onNotice: silent,
  });
  const { log } = await service.invoke(callOf(registry, 'r-1'));
  expect(events).toEqual(['started r-1', 'runs for 3000 ms', 'ended r-1']);
  expect(log().split('\n').slice(0, 4)).toEqual([
    'START RequestId: r-1 Version: $LATEST',
    'one',
    'two',
    'END RequestId: r-1',
  ]);
  await service.close();
});

test('an asynchronous invocation that fails is tried again with its request id, and close says what it gives up', async () => {
  const registry = ordersRegistry({ stubbed: true });
  const retries: (() => void)[] = [];
  const ids: string[] = [];
  const notices: string[] = [];
  let tried = Promise.withResolvers<void>();
  const service = new InvocationService({
    registry,
    direct: unexpected,
    stubbed: async ({ requestId }) => {
      ids.push(requestId);
      return failed('handler');
    },
    queue: new AsyncQueue((retry) => {
      retries.push(retry);
      tried.resolve();
      // Never due: the test says when.
      return setTimeout(() => undefined, 2 ** 31 - 1);
    }),
    onNotice: (text) => notices.push(text),
  });
  service.invokeLater(callOf(registry, 'r-1'));
  await tried.promise;
  tried = Promise.withResolvers();
  retries.shift()?.();
  await tried.promise;
  expect(ids).toEqual(['r-1', 'r-1']);
  await service.close();
  expect(notices).toEqual([
    'The asynchronous invocation r-1 of orders is not tried again: the emulator was stopped.',
  ]);
});

test('close aborts what runs and waits for it; what was aborted is not tried again', async () => {
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
    onNotice: silent,
  });
  service.invokeLater(callOf(registry, 'r-1'));
  await service.close();
  expect(steps).toEqual(['started', 'aborted', 'ended']);
});
