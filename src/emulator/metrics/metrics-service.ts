import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiService } from '../http/api-operation.ts';
import type { MetricStore } from './metric-store.ts';

export type MetricsDependencies = {
  readonly store: MetricStore;
  readonly clock: EmulatorClock;
  /** Hands over what has gathered: `() => invocationMetrics.flush()`. */
  readonly flush: () => void;
};

/** CloudWatch: rpc-v2-cbor (AWS CLI, boto3), JSON 1.0 (JavaScript) or query (older SDKs), whatever a client speaks. */
export function metricsService(_dependencies: MetricsDependencies): ApiService {
  return {
    name: 'monitoring',
    title: 'Amazon CloudWatch',
    target: 'GraniteServiceVersion20100801',
    jsonVersion: '1.0',
    operations: [],
  };
}
