import type { ApiService } from '../http/api-operation.ts';
import { busOperations } from './bus-operations.ts';
import { type EventOperationsDependencies, eventOperations } from './event-operations.ts';
import { REFUSED_EVENTS_OPERATIONS } from './refused-operations.ts';
import { type RuleOperationsDependencies, ruleOperations } from './rule-operations.ts';

/** Amazon EventBridge: buses, rules and events. */
export function eventsService(
  dependencies: RuleOperationsDependencies & EventOperationsDependencies,
): ApiService {
  return {
    name: 'events',
    title: 'Amazon EventBridge',
    target: 'AWSEvents',
    jsonVersion: '1.1',
    operations: [
      ...ruleOperations(dependencies),
      ...busOperations(dependencies),
      ...eventOperations(dependencies),
      ...REFUSED_EVENTS_OPERATIONS.map((name) => ({ name, support: 'refused' as const })),
    ],
  };
}
