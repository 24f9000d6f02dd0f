import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, TestClock, temporaryState } from '../service.test-support.ts';
import { MetricStore } from './metric-store.ts';
import { metricsService } from './metrics-service.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = NOW / 1_000;

let state: ReturnType<typeof temporaryState>;
let clock: TestClock;
let store: MetricStore;

beforeEach(() => {
  state = temporaryState();
  clock = new TestClock(NOW);
  store = new MetricStore({ state, clock });
});

afterEach(async () => {
  store.close();
  await state.remove();
});

const call = (name: string, input: Record<string, unknown>) =>
  callerOf(metricsService({ store, clock, flush: () => undefined })).call(name, input);

const put = (...data: Record<string, unknown>[]) =>
  call('PutMetricData', {
    Namespace: 'App',
    MetricData: data.map((datum) => ({ MetricName: 'Latency', Timestamp: SECONDS, ...datum })),
  });

const range = { StartTime: SECONDS - 3_600, EndTime: SECONDS + 3_600 };

function queryOf(Id: string, Stat: string, options: Record<string, unknown> = {}) {
  const { MetricName = 'Latency', Period = 60, ...rest } = options;
  return { Id, MetricStat: { Metric: { Namespace: 'App', MetricName }, Period, Stat }, ...rest };
}

describe('GetMetricData', () => {
  it('gives each statistic by period, the newest first', async () => {
    await put({ Value: 10 }, { Value: 30 }, { Value: 5, Timestamp: SECONDS + 60 });
    const queries = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount', 'p50'];
    const output = await call('GetMetricData', {
      ...range,
      MetricDataQueries: queries.map((stat, index) => queryOf(`m${index}`, stat)),
    });
    const times = [new Date(NOW + 60_000), new Date(NOW)];
    const values = [
      [5, 40],
      [5, 20],
      [5, 10],
      [5, 30],
      [1, 2],
      [5, expect.closeTo(10, 0)],
    ];
    expect(output).toEqual({
      MetricDataResults: values.map((Values, index) => ({
        Id: `m${index}`,
        Label: 'Latency',
        Timestamps: times,
        Values,
        StatusCode: 'Complete',
      })),
      Messages: [],
    });
  });

  it('longer periods gather their minutes, and divisions of metrics are theirs', async () => {
    await put({ Value: 10 }, { Value: 20, Timestamp: SECONDS + 240 }, { Value: 1, Timestamp: SECONDS + 300 });
    await put({ MetricName: 'Calls', Value: 2 });
    const output = await call('GetMetricData', {
      ...range,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        { Id: 'rate', Expression: 'sum / calls', Label: 'per call' },
        queryOf('sum', 'Sum', { Period: 300 }),
        queryOf('calls', 'Sum', { MetricName: 'Calls', Period: 300, ReturnData: false }),
      ],
    });
    expect(output.MetricDataResults).toEqual([
      { Id: 'rate', Label: 'per call', Timestamps: [new Date(NOW)], Values: [15], StatusCode: 'Complete' },
      {
        Id: 'sum',
        Label: 'Latency',
        Timestamps: [new Date(NOW), new Date(NOW + 300_000)],
        Values: [30, 1],
        StatusCode: 'Complete',
      },
    ]);
  });

  it('pages hold what a caller asks for, and lead through everything', async () => {
    await put(...[0, 1, 2, 3, 4].map((minute) => ({ Value: minute, Timestamp: SECONDS + minute * 60 })));
    const values: number[] = [];
    const states: unknown[] = [];
    let NextToken: unknown;
    do {
      const output = await call('GetMetricData', {
        ...range,
        MaxDatapoints: 2,
        NextToken,
        MetricDataQueries: [queryOf('m', 'Sum')],
      });
      const [result] = output.MetricDataResults as { Values: number[]; StatusCode: string }[];
      values.push(...(result?.Values ?? []));
      states.push(result?.StatusCode);
      NextToken = output.NextToken;
    } while (NextToken !== undefined);
    expect(values).toEqual([4, 3, 2, 1, 0]);
    expect(states).toEqual(['PartialData', 'PartialData', 'Complete']);
  });

  it.each([
    [
      { MetricDataQueries: [queryOf('m', 'Median')] },
      'The value Median for parameter Stat is not supported.',
    ],
    [
      { MetricDataQueries: [queryOf('m', 'tm90')] },
      "llx's emulator does not implement the statistic tm90 of Amazon CloudWatch",
    ],
    [
      { MetricDataQueries: [queryOf('m', 'Sum', { Period: 10 })] },
      'The parameter Period must be a multiple of 60: the emulator keeps metrics by the minute.',
    ],
    [{ MetricDataQueries: [{ Id: 'e', Expression: 'm1 / 2' }] }, 'Undefined variable m1 in an expression.'],
    [{ MetricDataQueries: [{ Id: 'e', Expression: 'e + 1' }] }, 'The expression e refers to itself.'],
    [
      { MetricDataQueries: [{ Id: 'e', Expression: 'SEARCH(m)' }] },
      "llx's emulator does not implement the function SEARCH of metric math",
    ],
    [
      { MetricDataQueries: [queryOf('M', 'Sum')] },
      'The value M for parameter Id does not match [a-z][a-zA-Z0-9_]*.',
    ],
    [{ StartTime: undefined, MetricDataQueries: [] }, 'The parameter StartTime is required.'],
    [
      { EndTime: 0, MetricDataQueries: [] },
      'The parameter StartTime must be less than the parameter EndTime.',
    ],
  ])('%j is refused', async (input, expected) => {
    await expect(call('GetMetricData', { ...range, ...input })).rejects.toThrow(expected);
  });

  it('math of more points than ten answers have is refused', async () => {
    await put(
      ...Array.from({ length: 120 }, (_, minute) => ({ Value: 1, Timestamp: SECONDS - minute * 60 })),
    );
    const mathOf = (count: number) => ({
      ...range,
      StartTime: SECONDS - 7_200,
      MetricDataQueries: [
        queryOf('m', 'Sum', { ReturnData: false }),
        ...Array.from({ length: count }, (_, index) => ({
          Id: `e${index}`,
          Expression: `m${'+m'.repeat(999)}`,
        })),
      ],
    });
    const { MetricDataResults } = await call('GetMetricData', mathOf(8));
    expect(MetricDataResults).toMatchObject(Array.from({ length: 8 }, () => ({ StatusCode: 'Complete' })));
    await expect(call('GetMetricData', mathOf(9))).rejects.toThrow(
      'InvalidParameterCombinationException: You have requested at least 1008120 datapoints, which exceeds the limit of 1008000. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    );
  });

  it('expressions that name each other without end are refused', async () => {
    const chain = Array.from({ length: 500 }, (_, index) => ({
      Id: `e${index}`,
      Expression: `e${index + 1}+1`,
    }));
    await expect(call('GetMetricData', { ...range, MetricDataQueries: chain })).rejects.toThrow(
      'The expression e50 is named by too many others.',
    );
  });
});

describe('PutMetricData', () => {
  it('takes values with counts, and summaries, of which no percentile is known', async () => {
    await put({ Values: [1, 2], Counts: [3, 1] });
    await put({
      MetricName: 'Sized',
      StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 10, Maximum: 20 },
    });
    const output = await call('GetMetricData', {
      ...range,
      MetricDataQueries: [
        queryOf('a', 'Average'),
        queryOf('b', 'SampleCount'),
        queryOf('c', 'Average', { MetricName: 'Sized' }),
        queryOf('d', 'p90', { MetricName: 'Sized' }),
      ],
    });
    expect((output.MetricDataResults as { Values: number[] }[]).map(({ Values }) => Values)).toEqual([
      [1.25],
      [4],
      [15],
      [],
    ]);
  });

  it.each([
    [{ Value: 1, Values: [1] }, 'Only one of Value, Values and StatisticValues is expected in a datum.'],
    [{}, 'The parameter MetricData.member.Value is required.'],
    [{ Value: Number.NaN }, 'The parameter Value is expected to be a finite number.'],
    [{ Values: [1], Counts: [1, 2] }, 'The parameters Values and Counts must have the same size.'],
    [{ Value: 1, Timestamp: SECONDS - 15 * 86_400 }, 'no more than two weeks in the past'],
    [{ Value: 1, Dimensions: 'x' }, 'The parameter Dimensions is expected to be a list.'],
  ])('%j is refused', async (datum, expected) => {
    await expect(put(datum)).rejects.toThrow(expected);
    expect(await call('ListMetrics', {})).toMatchObject({ Metrics: [] });
  });

  it('the namespaces of AWS are not to be written', async () => {
    const data = { Namespace: 'AWS/Lambda', MetricData: [{ MetricName: 'Errors', Value: 1 }] };
    await expect(call('PutMetricData', data)).rejects.toThrow('it is reserved');
  });
});

it('GetMetricStatistics gives several statistics of each period, by unit', async () => {
  await put({ Value: 10, Unit: 'Milliseconds' }, { Value: 30, Unit: 'Milliseconds' });
  expect(
    await call('GetMetricStatistics', {
      Namespace: 'App',
      MetricName: 'Latency',
      ...range,
      Period: 60,
      Statistics: ['Sum', 'SampleCount'],
      ExtendedStatistics: ['p100'],
    }),
  ).toEqual({
    Label: 'Latency',
    Datapoints: [
      {
        Timestamp: new Date(NOW),
        Sum: 40,
        SampleCount: 2,
        ExtendedStatistics: { p100: 30 },
        Unit: 'Milliseconds',
      },
    ],
  });
  const tooMany = {
    Namespace: 'App',
    MetricName: 'x',
    StartTime: 0,
    EndTime: 1_441 * 60,
    Period: 60,
    Statistics: ['Sum'],
  };
  await expect(call('GetMetricStatistics', tooMany)).rejects.toThrow('exceeds the limit of 1,440');
});

it('ListMetrics finds by namespace, name and dimensions, whatever their order, in pages', async () => {
  const Dimensions = [
    { Name: 'b', Value: '2' },
    { Name: 'a', Value: '1' },
  ];
  await put({ Value: 1, Dimensions }, { Value: 1, Dimensions: Dimensions.toReversed() }, { Value: 1 });
  const listed = { Namespace: 'App', MetricName: 'Latency', Dimensions: Dimensions.toReversed() };
  expect(await call('ListMetrics', { Dimensions: [{ Name: 'a' }] })).toEqual({
    Metrics: [listed],
    OwningAccounts: [],
  });
  expect(await call('ListMetrics', { Dimensions: [{ Name: 'a', Value: '2' }] })).toMatchObject({
    Metrics: [],
  });
  expect(await call('ListMetrics', { Namespace: 'Other' })).toMatchObject({ Metrics: [] });
  await put(...Array.from({ length: 600 }, (_, index) => ({ MetricName: `m${index}`, Value: 1 })));
  const first = await call('ListMetrics', {});
  const rest = await call('ListMetrics', { NextToken: first.NextToken });
  expect([(first.Metrics as unknown[]).length, (rest.Metrics as unknown[]).length, rest.NextToken]).toEqual([
    500,
    102,
    undefined,
  ]);
  clock.advance(4 * 3_600_000);
  expect(await call('ListMetrics', { RecentlyActive: 'PT3H' })).toMatchObject({ Metrics: [] });
});

it('after fifteen days the clock removes metrics', async () => {
  await put({ Value: 1 });
  clock.advance(16 * 86_400_000);
  expect(await call('ListMetrics', {})).toMatchObject({ Metrics: [] });
  expect(state.statement('SELECT count(*) AS rows FROM metric_minutes').get()).toEqual({ rows: 0 });
});
