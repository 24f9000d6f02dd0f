import type { OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { notImplemented } from '../http/aws-error.ts';
import {
  dimensionsOf,
  invalidCombination,
  invalidValue,
  listOf,
  optionalNumber,
  optionalText,
  requiredPeriod,
  requiredText,
  requiredTime,
  structureOf,
} from './metric-input.ts';
import { type MetricExpression, parseMetricMath, type Series } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';
import { parseStatistic } from './statistic.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const MAX = { queries: 500, datapoints: 100_800 } as const;
/** Read and calculated for one answer. A page is taken out of all of them, so that they are more than it has. */
const MOST_POINTS = 10 * MAX.datapoints;
/** Expressions that name each other are evaluated one within the other. */
const DEEPEST = 50;

type Query = {
  readonly id: string;
  readonly label: string;
  readonly returned: boolean;
} & ({ readonly read: () => Series } | { readonly expression: MetricExpression });

type Point = { readonly query: number; readonly time: number; readonly value: number };

/** `GetMetricData`: statistics by period, and simple math over them. */
export function getMetricData(store: MetricStore, call: OperationCall): OperationAnswer {
  const { input } = call;
  const from = requiredTime(input, 'StartTime');
  const to = requiredTime(input, 'EndTime');
  const scan = optionalText(input, 'ScanBy') ?? 'TimestampDescending';
  const limit = optionalNumber(input, 'MaxDatapoints') ?? MAX.datapoints;
  const first = parseToken(optionalText(input, 'NextToken'));
  call.authorize('cloudwatch:GetMetricData', '*');
  if (from >= to) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  if (limit < 1 || limit > MAX.datapoints || !Number.isInteger(limit)) {
    throw invalidValue(`The parameter MaxDatapoints must be between 1 and ${MAX.datapoints}.`);
  }
  if (scan !== 'TimestampDescending' && scan !== 'TimestampAscending') {
    throw invalidValue(`The value ${scan} for parameter ScanBy is not supported.`);
  }
  const queries = listOf(input, 'MetricDataQueries', MAX.queries).map((value) =>
    parseQuery(store, structureOf(value, 'MetricDataQueries.member'), { from, to }),
  );
  const shown = queries.filter(({ returned }) => returned);
  const evaluate = evaluatorOf(queries);
  const points = shown.flatMap(({ id }, query): Point[] => {
    const sorted = [...evaluate(id)].toSorted(([a], [b]) => (scan === 'TimestampAscending' ? a - b : b - a));
    return sorted.map(([time, value]) => ({ query, time, value }));
  });
  const end = first + limit;
  const next = points[end];
  const pages = Map.groupBy(points.slice(first, end), ({ query }) => query);
  return {
    output: {
      MetricDataResults: shown.map(({ id, label }, query) => {
        const page = pages.get(query) ?? [];
        return {
          Id: id,
          Label: label,
          Timestamps: page.map(({ time }) => new Date(time)),
          Values: page.map(({ value }) => value),
          StatusCode: next !== undefined && next.query <= query ? 'PartialData' : 'Complete',
        };
      }),
      Messages: [],
      ...(next === undefined ? {} : { NextToken: String(end) }),
    },
  };
}

function parseQuery(
  store: MetricStore,
  input: Readonly<Record<string, unknown>>,
  range: { readonly from: number; readonly to: number },
): Query {
  const id = requiredText(input, 'Id', 255);
  if (!/^[a-z]\w*$/.test(id)) {
    throw invalidValue(`The value ${id} for parameter Id does not match [a-z][a-zA-Z0-9_]*.`);
  }
  const expression = optionalText(input, 'Expression', 2048);
  const query = { id, returned: input.ReturnData !== false };
  if ((expression === undefined) === (input.MetricStat === undefined)) {
    throw invalidCombination(`Exactly one of MetricStat and Expression is expected in the query ${id}.`);
  }
  const label = optionalText(input, 'Label');
  if (expression !== undefined) {
    if (/^\s*SELECT\s/i.test(expression)) throw notImplemented('Metrics Insights queries of GetMetricData');
    return { ...query, label: label ?? id, expression: parseMetricMath(expression) };
  }
  const stat = structureOf(input.MetricStat, 'MetricStat');
  const metric = structureOf(stat.Metric, 'Metric');
  const name = {
    namespace: requiredText(metric, 'Namespace', 255),
    name: requiredText(metric, 'MetricName', 255),
    dimensions: dimensionsOf(metric),
  };
  const statistic = parseStatistic(requiredText(stat, 'Stat'));
  const periodMs = requiredPeriod(stat);
  const unit = optionalText(stat, 'Unit');
  const read = (): Series => {
    const series = new Map<number, number>();
    for (const [time, values] of store.read({ metric: name, ...range, periodMs, unit })) {
      const value = statistic(values);
      if (value !== undefined) series.set(time, value);
    }
    return series;
  };
  return { ...query, label: label ?? name.name, read };
}

/** Reads each metric once, and expressions in whatever order they name each other. */
function evaluatorOf(queries: readonly Query[]): (id: string) => Series {
  const byId = new Map(queries.map((query) => [query.id, query]));
  if (byId.size < queries.length) throw invalidValue('The parameter Id must be unique in a request.');
  const known = new Map<string, Series>();
  const open = new Set<string>();
  let points = 0;
  const spend = (count: number): void => {
    points += count;
    if (points <= MOST_POINTS) return;
    throw invalidCombination(
      `You have requested at least ${points} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  };
  const evaluate = (id: string): Series => {
    const done = known.get(id);
    if (done !== undefined) return done;
    const query = byId.get(id);
    if (query === undefined) throw invalidValue(`Undefined variable ${id.slice(0, 50)} in an expression.`);
    if (open.has(id)) throw invalidValue(`The expression ${id} refers to itself.`);
    if (open.size === DEEPEST) throw invalidValue(`The expression ${id} is named by too many others.`);
    open.add(id);
    const series = 'read' in query ? query.read() : query.expression({ series: evaluate, spend });
    if ('read' in query) spend(series.size);
    open.delete(id);
    known.set(id, series);
    return series;
  };
  return evaluate;
}

function parseToken(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,9}$/.test(token)) throw invalidValue('The value of the parameter NextToken is not valid.');
  return Number(token);
}
