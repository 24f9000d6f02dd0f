import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiService } from '../http/api-operation.ts';
import type { LogStore } from './log-store.ts';

export type LogsDependencies = {
  readonly store: LogStore;
  readonly clock: EmulatorClock;
  readonly scope: { readonly account: string; readonly region: string };
  /** Writes what Lambda's own lines wait for: `() => invocationLogs.flush()`. */
  readonly flush: () => void;
};

/** CloudWatch Logs. */
export function logsService(_dependencies: LogsDependencies): ApiService {
  return {
    name: 'logs',
    title: 'Amazon CloudWatch Logs',
    target: 'Logs_20140328',
    jsonVersion: '1.1',
    operations: [],
  };
}
