import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiOperation, ApiService } from '../http/api-operation.ts';
import { logEventOperations } from './log-event-operations.ts';
import { logGroupOperations } from './log-group-operations.ts';
import { LogResources } from './log-resources.ts';
import type { LogStore } from './log-store.ts';
import { logStreamOperations } from './log-stream-operations.ts';
import { logTagOperations } from './log-tag-operations.ts';
import { REFUSED_LOGS_OPERATIONS } from './refused-operations.ts';

export type LogsDependencies = {
  readonly store: LogStore;
  readonly clock: EmulatorClock;
  readonly scope: { readonly account: string; readonly region: string };
  /** Writes what Lambda's own lines wait for: `() => invocationLogs.flush()`. */
  readonly flush: () => void;
};

/** CloudWatch Logs. */
export function logsService(dependencies: LogsDependencies): ApiService {
  const { store, clock, scope, flush } = dependencies;
  const resources = new LogResources(store, scope);
  const operations = [
    ...logGroupOperations({ store, clock, resources }),
    ...logStreamOperations({ store, clock, resources }),
    ...logEventOperations({ store, clock, resources }),
    ...logTagOperations({ store, resources }),
  ];
  return {
    name: 'logs',
    title: 'Amazon CloudWatch Logs',
    target: 'Logs_20140328',
    jsonVersion: '1.1',
    operations: [
      ...operations.map((operation) => afterFlush(operation, flush)),
      {
        name: 'StartLiveTail',
        support: 'refused',
        note: 'clients ask a host of its own for it, streaming-…; FilterLogEvents follows a log as well',
      },
      ...REFUSED_LOGS_OPERATIONS.map((name) => ({ name, support: 'refused' as const })),
    ],
  };
}

/** Whoever asks finds what his invocation has printed, and its group. */
function afterFlush(operation: ApiOperation, flush: () => void): ApiOperation {
  if (operation.support === 'refused' || operation.handle === undefined) return operation;
  const { handle } = operation;
  return {
    ...operation,
    handle(call) {
      flush();
      return handle(call);
    },
  };
}
