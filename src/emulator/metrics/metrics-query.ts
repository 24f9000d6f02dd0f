import type { QueryShape } from '../http/aws-query.ts';

/** CloudWatch in the protocol that it had alone until 2025, and that clients of then speak. */
export const METRICS_QUERY: QueryShape = {
  version: '2010-08-01',
  namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  numbers: new Set([
    'MaxDatapoints',
    'Period',
    'MetricDataQueries.Period',
    'MetricStat.Period',
    'MetricData.Counts',
    'MetricData.StorageResolution',
    'MetricData.Value',
    'MetricData.Values',
    'StatisticValues.Maximum',
    'StatisticValues.Minimum',
    'StatisticValues.SampleCount',
    'StatisticValues.Sum',
  ]),
  booleans: new Set(['IncludeLinkedAccounts', 'StrictEntityValidation', 'MetricDataQueries.ReturnData']),
  times: new Set(['EndTime', 'StartTime', 'MetricData.Timestamp']),
  maps: new Set(['ExtendedStatistics']),
};
