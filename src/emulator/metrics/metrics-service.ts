import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiService, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';
import type { MetricStore } from './metric-store.ts';
import { METRICS_QUERY } from './metrics-query.ts';
import { putMetricData } from './put-metric-data.ts';
import { REFUSED_METRICS_OPERATIONS } from './refused-operations.ts';

export type MetricsDependencies = {
  readonly store: MetricStore;
  readonly clock: EmulatorClock;
  /** Hands over what has gathered: `() => invocationMetrics.flush()`. */
  readonly flush: () => void;
};

/** CloudWatch: rpc-v2-cbor (AWS CLI, boto3), JSON 1.0 (JavaScript) or forms (all before 2025), whatever a client speaks. */
export function metricsService({ store, clock, flush }: MetricsDependencies): ApiService {
  const afterFlush =
    (read: (call: OperationCall) => OperationAnswer) =>
    (call: OperationCall): OperationAnswer => {
      flush();
      return read(call);
    };
  return {
    name: 'monitoring',
    title: 'Amazon CloudWatch',
    target: 'GraniteServiceVersion20100801',
    jsonVersion: '1.0',
    query: METRICS_QUERY,
    operations: [
      {
        name: 'GetMetricData',
        support: 'partial',
        note: 'periods are multiples of 60 s; of metric math, + - * / ^, parentheses and FILL; no SEARCH, no SQL; percentiles within 2 %',
        handle: afterFlush((call) => getMetricData(store, call)),
      },
      {
        name: 'GetMetricStatistics',
        support: 'partial',
        note: 'periods are multiples of 60 s; percentiles within 2 %',
        handle: afterFlush((call) => getMetricStatistics(store, call)),
      },
      {
        name: 'ListMetrics',
        support: 'supported',
        handle: afterFlush((call) => listMetrics(store, call, clock.now())),
      },
      {
        name: 'PutMetricData',
        support: 'partial',
        note: 'kept by the minute; EntityMetricData is refused',
        handle: (call) => putMetricData(store, call, clock.now()),
      },
      ...REFUSED_METRICS_OPERATIONS.map((name) => ({ name, support: 'refused' as const })),
    ],
  };
}
