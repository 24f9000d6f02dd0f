import type { OperationAnswer, OperationCall } from '../http/api-operation.ts';
import {
  dimensionsOf,
  invalidCombination,
  invalidValue,
  listOf,
  missingParameter,
  optionalText,
  requiredPeriod,
  requiredText,
  requiredTime,
} from './metric-input.ts';
import type { MetricStore } from './metric-store.ts';
import { parseStatistic, type Statistic } from './statistic.ts';
import type { ValueDistribution } from './value-distribution.ts';

const PLAIN = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];
const MAX_DATAPOINTS = 1_440;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export function getMetricStatistics(
  store: MetricStore,
  { input, authorize }: OperationCall,
): OperationAnswer {
  const metric = {
    namespace: requiredText(input, 'Namespace', 255),
    name: requiredText(input, 'MetricName', 255),
    dimensions: dimensionsOf(input),
  };
  const from = requiredTime(input, 'StartTime');
  const to = requiredTime(input, 'EndTime');
  const periodMs = requiredPeriod(input);
  const unit = optionalText(input, 'Unit');
  const plain = statisticsOf(input, 'Statistics');
  const extended = statisticsOf(input, 'ExtendedStatistics');
  authorize('cloudwatch:GetMetricStatistics', '*');
  if (plain.length + extended.length === 0) throw missingParameter('Statistics');
  const unknown = plain.find(([name]) => !PLAIN.includes(name));
  if (unknown !== undefined) {
    throw invalidValue(`The value ${unknown[0]} for parameter Statistics is not supported.`);
  }
  if (from >= to) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  const possible = Math.ceil((to - from) / periodMs);
  if (possible > MAX_DATAPOINTS) {
    throw invalidCombination(
      `You have requested up to ${possible} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const datapoints = (unit === undefined ? store.unitsOf(metric) : [unit]).flatMap((each) =>
    [...store.read({ metric, from, to, periodMs, unit: each })].map(([time, values]) => ({
      Timestamp: new Date(time),
      ...results(plain, values),
      ...(extended.length === 0 ? {} : { ExtendedStatistics: results(extended, values) }),
      Unit: each,
    })),
  );
  return { output: { Label: metric.name, Datapoints: datapoints } };
}

type Named = readonly [name: string, statistic: Statistic];

function results(
  statistics: readonly Named[],
  values: ValueDistribution,
): Record<string, number | undefined> {
  return Object.fromEntries(statistics.map(([name, statistic]) => [name, statistic(values)]));
}

function statisticsOf(input: Readonly<Record<string, unknown>>, member: string): readonly Named[] {
  return listOf(input, member, 10).map((value) => {
    const name = requiredText({ [member]: value }, member);
    return [name, parseStatistic(name)] as const;
  });
}
