import { afterEach, beforeEach, expect, it } from 'vitest';
import { DropCounter } from '../../protocol/drops.ts';
import { callOf, failed, ordersRegistry, succeeded } from '../lambda/lambda.test-support.ts';
import { callerOf, TestClock, temporaryState } from '../service.test-support.ts';
import { InvocationMetrics } from './invocation-metrics.ts';
import { MetricStore } from './metric-store.ts';
import { metricsService } from './metrics-service.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

let state: ReturnType<typeof temporaryState>;
let clock: TestClock;
let store: MetricStore;
let metrics: InvocationMetrics;
let drops: DropCounter;

beforeEach(() => {
  state = temporaryState();
  clock = new TestClock(NOW);
  store = new MetricStore({ state, clock });
  drops = new DropCounter();
  metrics = new InvocationMetrics({ clock, drops });
});

afterEach(async () => {
  metrics.close();
  store.close();
  await state.remove();
});

const call = callOf(ordersRegistry({ stubbed: false }), 'request-1');

function start(at = clock.now()): void {
  metrics.observe({ type: 'started', call, at });
}

function end(durationMs: number, result = succeeded(Buffer.from('1')), at = clock.now()): void {
  metrics.observe({ type: 'ended', call, result: { ...result, durationMs }, at });
}

async function statistic(
  name: string,
  stat: string,
  dimensions: Readonly<Record<string, string>> = { FunctionName: 'orders' },
): Promise<unknown> {
  const service = metricsService({ store, clock, flush: () => metrics.flush() });
  const { MetricDataResults } = await callerOf(service).call('GetMetricData', {
    StartTime: NOW / 1_000 - 3_600,
    EndTime: NOW / 1_000 + 3_600,
    MetricDataQueries: [
      {
        Id: 'm1',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: 60,
          Stat: stat,
        },
      },
    ],
  });
  return (MetricDataResults as { Values: number[] }[])[0]?.Values;
}

it('counts invocations, errors, durations and how many ran at once', async () => {
  metrics.attach(store);
  start();
  start();
  end(100);
  end(300, failed('handler'));
  start();
  end(200);
  expect(await statistic('Invocations', 'Sum')).toEqual([3]);
  expect(await statistic('Errors', 'Sum')).toEqual([1]);
  expect(await statistic('Errors', 'Average')).toEqual([1 / 3]);
  expect(await statistic('Duration', 'Average')).toEqual([200]);
  expect(await statistic('Duration', 'Maximum')).toEqual([300]);
  expect(await statistic('Duration', 'p100')).toEqual([300]);
  expect(await statistic('ConcurrentExecutions', 'Maximum')).toEqual([2]);
  expect(await statistic('Invocations', 'Sum', {})).toEqual([3]);
});

it('a version or alias that was named has metrics of its own, as a part of its function’s', async () => {
  metrics.attach(store);
  const { resolved } = call;
  const live = { ...call, resolved: { ...resolved, invokedArn: `${resolved.invokedArn}:live` } };
  start();
  end(1);
  metrics.observe({ type: 'started', call: live, at: NOW });
  metrics.observe({
    type: 'ended',
    call: live,
    result: succeeded(Buffer.from('1')),
    at: NOW,
  });
  expect(await statistic('Invocations', 'Sum')).toEqual([2]);
  expect(await statistic('Invocations', 'Sum', { FunctionName: 'orders', Resource: 'orders:live' })).toEqual([
    1,
  ]);
});

it('counts what was refused, and what became of asynchronous events', async () => {
  metrics.attach(store);
  metrics.observe({ type: 'throttled', functionName: 'orders', at: NOW });
  metrics.observe({ type: 'async', functionName: 'orders', at: NOW, metric: 'AsyncEventsReceived' });
  metrics.observe({ type: 'async', functionName: 'orders', at: NOW, metric: 'AsyncEventsDropped' });
  metrics.observe({ type: 'async-age', functionName: 'orders', at: NOW, ageMs: 1_500 });
  metrics.observe({ type: 'recursive', functionName: 'orders', at: NOW });
  expect(await statistic('Throttles', 'Sum')).toEqual([1]);
  expect(await statistic('AsyncEventsReceived', 'Sum')).toEqual([1]);
  expect(await statistic('AsyncEventsDropped', 'SampleCount')).toEqual([1]);
  expect(await statistic('AsyncEventAge', 'Maximum')).toEqual([1_500]);
  expect(await statistic('RecursiveInvocationsDropped', 'Sum')).toEqual([1]);
});

it('an invocation that the emulator’s end has stopped is no error', async () => {
  metrics.attach(store);
  start();
  end(5, failed('aborted'));
  expect(await statistic('Errors', 'Sum')).toEqual([0]);
});

it('what happened before there was a store is kept, minute by minute', async () => {
  start();
  end(1);
  clock.advance(120_000);
  start();
  end(1);
  metrics.attach(store);
  expect(await statistic('Invocations', 'Sum')).toEqual([1, 1]);
});

it('minutes reach the disk by themselves, and what comes later is added to them', async () => {
  metrics.attach(store);
  start();
  end(10);
  clock.advance(60_000);
  expect(state.statement('SELECT count(*) AS rows FROM metric_minutes').get()).not.toEqual({ rows: 0 });
  end(30, succeeded(Buffer.from('1')), NOW);
  metrics.close();
  metrics.close();
  expect(await statistic('Duration', 'Sum')).toEqual([40]);
});

it('a store that fails, as on a full disk, costs the minute, and that is counted', () => {
  metrics.attach(store);
  start();
  state.close();
  clock.advance(60_000);
  expect(drops.counts()).toEqual({ 'store-full': 1 });
});

it('nothing is counted of what happens after its end', () => {
  metrics.close();
  start();
  expect(metrics.totals()).toEqual(new Map());
});

it('functions and minutes that nobody takes are bounded, and what is beyond is counted as dropped', () => {
  for (let minute = 0; minute <= 10_000; minute += 1) {
    metrics.observe({ type: 'throttled', functionName: 'orders', at: minute * 60_000 });
  }
  expect(metrics.totals().get('orders')?.throttles).toBe(10_001);
  expect(drops.count('store-full')).toBeGreaterThan(0);
  metrics.attach(store);
  expect(state.statement('SELECT count(DISTINCT minute) AS minutes FROM metric_minutes').get()).toEqual({
    minutes: 10_000,
  });
});
