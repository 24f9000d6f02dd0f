import { expect, test } from 'vitest';
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
    onEvent: (event) => {
      if (event.type === 'started' || event.type === 'ended')
        events.push(`${event.type} ${event.call.requestId}`);
    },
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
