import { afterEach, beforeEach, expect, it } from 'vitest';
import { DropCounter } from '../../protocol/drops.ts';
import { callOf, failed, ordersRegistry, succeeded } from '../lambda/lambda.test-support.ts';
import { TestClock } from '../service.test-support.ts';
import { InvocationMetrics } from './invocation-metrics.ts';
import { prometheusText } from './prometheus-text.ts';

type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};
type Family = { readonly type: string; readonly help: string; readonly samples: Sample[] };

/**
 * Reads the text exposition format by its specification, and nothing that it does not allow:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  let current: [string, Family] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, keyword, name = '', rest = ''] = comment;
      if (keyword === 'HELP') {
        if (helps.has(name)) throw new Error(`a second HELP of ${name}`);
        helps.set(name, rest);
      } else {
        if (!/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`unknown type ${rest}`);
        if (families.has(name)) throw new Error(`a second TYPE of ${name}`);
        current = [name, { type: rest, help: helps.get(name) ?? '', samples: [] }];
        families.set(...current);
      }
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null || current === undefined) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const suffix = name.slice(current[0].length);
    const allowed = current[1].type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    if (!name.startsWith(current[0]) || !allowed.includes(suffix)) throw new Error(`${name} is of no family`);
    if (!/^[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf)$/.test(value)) throw new Error(`not a number: ${value}`);
    current[1].samples.push({
      name,
      labels: parseLabels(labels),
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
  while (label.lastIndex < text.length) {
    const start = label.lastIndex;
    const [, name = '', value = ''] = label.exec(text) ?? [];
    if (name === '') throw new Error(`not a label: ${text.slice(start)}`);
    if (name in labels) throw new Error(`a second label ${name}`);
    labels[name] = value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }
  return labels;
}

/** No two samples are the same; the buckets of a histogram grow up to +Inf, which is its count. */
function checkFamily(name: string, { type, samples }: Family): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]));
  if (new Set(keys).size < keys.length) throw new Error(`a sample of ${name} stands there twice`);
  if (type === 'counter' && !name.endsWith('_total'))
    throw new Error(`the counter ${name} should end in _total`);
  if (type !== 'histogram') return;
  const functions = new Set(samples.map(({ labels }) => labels.function));
  for (const one of functions) {
    const own = samples.filter(({ labels }) => labels.function === one);
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number((labels.le ?? '').replace('Inf', 'Infinity')));
    const sorted = bounds.toSorted((a, b) => a - b);
    if (bounds.join() !== sorted.join() || bounds.at(-1) !== Number.POSITIVE_INFINITY) {
      throw new Error(`buckets of ${name} out of order: ${bounds.join()}`);
    }
    const counts = buckets.map(({ value }) => value);
    if (counts.some((count, index) => count < (counts[index - 1] ?? 0))) throw new Error('buckets shrink');
    if (counts.at(-1) !== own.find((sample) => sample.name === `${name}_count`)?.value) {
      throw new Error('+Inf is not the count');
    }
  }
}

let metrics: InvocationMetrics;

beforeEach(() => {
  metrics = new InvocationMetrics({ clock: new TestClock(0), drops: new DropCounter() });
});

afterEach(() => metrics.close());

it('says of each function what happened since the start', () => {
  const call = callOf(ordersRegistry({ stubbed: false }), 'request-1');
  for (const durationMs of [2, 2_000, 2_000_000]) {
    metrics.observe({ type: 'started', call, at: 0 });
    const result = durationMs === 2 ? succeeded(Buffer.from('1')) : failed('handler');
    metrics.observe({ type: 'ended', call, result: { ...result, durationMs }, at: 0 });
  }
  metrics.observe({ type: 'started', call, at: 0 });
  metrics.observe({ type: 'throttled', functionName: 'orders', at: 0 });
  metrics.observe({ type: 'async', functionName: 'orders', at: 0, metric: 'AsyncEventsReceived' });
  const families = parseExposition(
    prometheusText({
      invocations: metrics,
      queues: [{ queue: 'jobs', visible: 3, held: 2, delayed: 1 }],
      drops: { 'store-full': 4 },
    }),
  );
  const values = (name: string) => families.get(name)?.samples.map(({ labels, value }) => [labels, value]);
  const orders = { function: 'orders' };
  expect(values('llx_lambda_invocations_total')).toEqual([[orders, 3]]);
  expect(values('llx_lambda_errors_total')).toEqual([[orders, 2]]);
  expect(values('llx_lambda_throttles_total')).toEqual([[orders, 1]]);
  expect(values('llx_lambda_concurrent_executions')).toEqual([[orders, 1]]);
  expect(values('llx_lambda_async_events_total')).toEqual([[{ ...orders, event: 'AsyncEventsReceived' }, 1]]);
  expect(values('llx_sqs_messages')).toEqual([
    [{ queue: 'jobs', state: 'visible' }, 3],
    [{ queue: 'jobs', state: 'in_flight' }, 2],
    [{ queue: 'jobs', state: 'delayed' }, 1],
  ]);
  expect(values('llx_dropped_total')).toEqual([[{ reason: 'store-full' }, 4]]);
  const durations = families.get('llx_lambda_duration_seconds')?.samples ?? [];
  const bucket = (le: string) => durations.find(({ labels }) => labels.le === le)?.value;
  expect([bucket('0.001'), bucket('0.0025'), bucket('2.5'), bucket('900'), bucket('+Inf')]).toEqual([
    0, 1, 2, 2, 3,
  ]);
  expect(durations.find(({ name }) => name.endsWith('_sum'))?.value).toBeCloseTo(2_002.002);
});

it('a name with quotes, backslashes and line ends is read as what it was', () => {
  const functionName = 'a"b\\n\\\nc';
  metrics.observe({ type: 'throttled', functionName, at: 0 });
  const families = parseExposition(prometheusText({ invocations: metrics, queues: [], drops: {} }));
  expect(families.get('llx_lambda_throttles_total')?.samples).toEqual([
    { name: 'llx_lambda_throttles_total', labels: { function: functionName }, value: 1 },
  ]);
});

it('where nothing has happened there is nothing to say', () => {
  expect(prometheusText({ invocations: metrics, queues: [], drops: {} })).toBe('');
});
