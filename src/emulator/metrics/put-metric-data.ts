import type { OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { notImplemented } from '../http/aws-error.ts';
import {
  dimensionsOf,
  invalidCombination,
  invalidValue,
  listOf,
  missingParameter,
  optionalNumber,
  optionalText,
  optionalTime,
  requiredText,
  structureOf,
} from './metric-input.ts';
import { type MetricMinute, type MetricStore, MINUTE_MS } from './metric-store.ts';
import { ValueDistribution } from './value-distribution.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX = { data: 1_000, values: 150 } as const;
const PAST_MS = 14 * 86_400_000;
const FUTURE_MS = 2 * 3_600_000;

/** `PutMetricData`: values that a client measured itself, alone, with counts, or as a summary. */
export function putMetricData(
  store: MetricStore,
  { input, authorize }: OperationCall,
  now: number,
): OperationAnswer {
  const namespace = requiredText(input, 'Namespace', 255);
  authorize('cloudwatch:PutMetricData', '*');
  if (namespace.startsWith('AWS/')) {
    throw invalidValue('The value AWS/ for parameter Namespace is invalid: it is reserved.');
  }
  if (listOf(input, 'EntityMetricData', MAX.data).length > 0) {
    throw notImplemented('PutMetricData with EntityMetricData');
  }
  const data = listOf(input, 'MetricData', MAX.data);
  if (data.length === 0) throw missingParameter('MetricData');
  store.add(data.map((value) => parseDatum(namespace, structureOf(value, 'MetricData.member'), now)));
  return {};
}

function parseDatum(namespace: string, input: Readonly<Record<string, unknown>>, now: number): MetricMinute {
  const at = optionalTime(input, 'Timestamp') ?? now;
  if (at < now - PAST_MS || at > now + FUTURE_MS) {
    throw invalidValue(
      `The parameter MetricData.member.Timestamp must specify a time no more than two weeks in the past and two hours in the future.`,
    );
  }
  return {
    metric: { namespace, name: requiredText(input, 'MetricName', 255), dimensions: dimensionsOf(input) },
    minute: Math.floor(at / MINUTE_MS) * MINUTE_MS,
    unit: optionalText(input, 'Unit') ?? 'None',
    values: valuesOf(input),
  };
}

function valuesOf(input: Readonly<Record<string, unknown>>): ValueDistribution {
  const value = optionalNumber(input, 'Value');
  const list = listOf(input, 'Values', MAX.values);
  const given = [value !== undefined, list.length > 0, input.StatisticValues !== undefined].filter(Boolean);
  if (given.length === 0) throw missingParameter('MetricData.member.Value');
  if (given.length > 1) {
    throw invalidCombination('Only one of Value, Values and StatisticValues is expected in a datum.');
  }
  if (value !== undefined) return new ValueDistribution().add(value);
  if (list.length === 0) return summaryOf(structureOf(input.StatisticValues, 'StatisticValues'));
  const counts = listOf(input, 'Counts', MAX.values);
  if (counts.length > 0 && counts.length !== list.length) {
    throw invalidCombination('The parameters Values and Counts must have the same size.');
  }
  const distribution = new ValueDistribution();
  for (const index of list.keys()) {
    const one = optionalNumber({ Values: list[index] }, 'Values');
    const count = optionalNumber({ Counts: counts[index] }, 'Counts') ?? 1;
    if (one === undefined || count < 0) throw invalidValue('The parameter Values has an empty member.');
    distribution.add(one, count);
  }
  return distribution;
}

function summaryOf(input: Readonly<Record<string, unknown>>): ValueDistribution {
  const required = (name: string): number => {
    const value = optionalNumber(input, name);
    if (value === undefined) throw missingParameter(`StatisticValues.${name}`);
    return value;
  };
  const summary = {
    count: required('SampleCount'),
    sum: required('Sum'),
    minimum: required('Minimum'),
    maximum: required('Maximum'),
  };
  if (summary.count <= 0) throw invalidValue('The parameter SampleCount must be greater than 0.');
  if (summary.minimum > summary.maximum) {
    throw invalidCombination('The parameter Minimum must not be greater than Maximum.');
  }
  // All values are the same: then they are known.
  if (summary.minimum === summary.maximum) return new ValueDistribution().add(summary.minimum, summary.count);
  return new ValueDistribution().addSummary(summary);
}
