import type { ApiService } from '../http/api-operation.ts';
import { groupOperations } from './group-operations.ts';
import { type ScheduleOperationsDependencies, scheduleOperations } from './schedule-operations.ts';

/** Amazon EventBridge Scheduler. */
export function schedulerService(dependencies: ScheduleOperationsDependencies): ApiService {
  return {
    name: 'scheduler',
    title: 'Amazon EventBridge Scheduler',
    operations: [...scheduleOperations(dependencies), ...groupOperations(dependencies)],
  };
}
