import { DURATION_BOUNDS, type FunctionTotals } from './function-totals.ts';
import type { InvocationMetrics } from './invocation-metrics.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type QueueDepth = {
  readonly queue: string;
  readonly visible: number;
  readonly held: number;
  readonly delayed: number;
};

export type PrometheusSources = {
  readonly invocations: InvocationMetrics;
  readonly queues: readonly QueueDepth[];
  /** `DropCounter.counts()`: what was thrown away, by reason. */
  readonly drops: Readonly<Record<string, number>>;
};

type Family = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
};

type Sample = {
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** `/metrics` in the text exposition format 0.0.4. */
export function prometheusText({ invocations, queues, drops }: PrometheusSources): string {
  const families = [
    ...functionFamilies(invocations.totals()),
    {
      name: 'llx_sqs_messages',
      type: 'gauge' as const,
      help: 'Messages in a queue, by state.',
      samples: queues.flatMap(({ queue, visible, held, delayed }) => [
        { labels: { queue, state: 'visible' }, value: visible },
        { labels: { queue, state: 'in_flight' }, value: held },
        { labels: { queue, state: 'delayed' }, value: delayed },
      ]),
    },
    {
      name: 'llx_dropped_total',
      type: 'counter' as const,
      help: 'Messages and log lines that were thrown away, by reason.',
      samples: Object.entries(drops).map(([reason, value]) => ({ labels: { reason }, value })),
    },
  ];
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('');
}

function functionFamilies(functions: ReadonlyMap<string, FunctionTotals>): readonly Family[] {
  const all = [...functions];
  const samples = (value: (totals: FunctionTotals) => number): readonly Sample[] =>
    all.map(([name, totals]) => ({ labels: { function: name }, value: value(totals) }));
  return [
    {
      name: 'llx_lambda_invocations_total',
      type: 'counter',
      help: 'Invocations that ended.',
      samples: samples(({ invocations }) => invocations),
    },
    {
      name: 'llx_lambda_errors_total',
      type: 'counter',
      help: 'Invocations that ended with an error of the function.',
      samples: samples(({ errors }) => errors),
    },
    {
      name: 'llx_lambda_throttles_total',
      type: 'counter',
      help: 'Invocations refused above a limit of concurrency.',
      samples: samples(({ throttles }) => throttles),
    },
    {
      name: 'llx_lambda_concurrent_executions',
      type: 'gauge',
      help: 'Invocations that run now.',
      samples: samples(({ running }) => running),
    },
    {
      name: 'llx_lambda_duration_seconds',
      type: 'histogram',
      help: 'How long invocations took.',
      samples: all.flatMap(([name, totals]) => durationSamples(name, totals)),
    },
    {
      name: 'llx_lambda_async_events_total',
      type: 'counter',
      help: 'Asynchronous events, by Lambda’s name for what became of them.',
      samples: all.flatMap(([name, { async }]) =>
        [...async].map(([event, value]) => ({ labels: { function: name, event }, value })),
      ),
    },
  ];
}

function durationSamples(name: string, totals: FunctionTotals): readonly Sample[] {
  const labels = { function: name };
  let below = 0;
  const buckets = DURATION_BOUNDS.map((bound, index) => {
    below += totals.durationCounts[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: totals.invocations },
    { suffix: '_sum', labels, value: totals.durationSeconds },
    { suffix: '_count', labels, value: totals.invocations },
  ];
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return `${name}${suffix}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
