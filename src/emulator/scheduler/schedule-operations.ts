import type { Targets } from '../events/targets.ts';
import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import {
  type Schedule,
  type ScheduleSettings,
  scheduleAnswer,
  scheduleArn,
  scheduleKey,
  scheduleSummary,
} from './schedule.ts';
import type { ScheduleGroups } from './schedule-groups.ts';
import { schedulePage } from './schedule-page.ts';
import { checkStart, readName, readSchedule } from './schedule-request.ts';
import type { Schedules } from './schedules.ts';

export type ScheduleOperationsDependencies = {
  readonly schedules: Schedules;
  readonly groups: ScheduleGroups;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly targets: Pick<Targets, 'problemWith' | 'authorize'>;
};

const PATH = '/schedules/{Name}';
const NOTE =
  'targets are Lambda functions and SQS queues, nothing is encrypted, the role is not asked, `ClientToken` is not looked at';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
export function scheduleOperations(dependencies: ScheduleOperationsDependencies): readonly ApiOperation[] {
  const { schedules, groups, now, targets } = dependencies;
  const { scope } = schedules;
  const placeOf = (
    call: OperationCall,
    operation: string,
    groupName: string | null | undefined,
  ): { readonly group: string; readonly name: string } => {
    const name = readName({ Name: call.path.Name });
    const group = readName({ GroupName: groupName }, 'GroupName');
    call.authorize(`scheduler:${operation}`, scheduleArn(scope, group, name));
    return { group, name };
  };
  const inQuery = (call: OperationCall, operation: string) =>
    placeOf(call, operation, call.query.get('groupName'));
  const inBody = (call: OperationCall, operation: string) => {
    const { GroupName: group } = call.input;
    const place = placeOf(call, operation, group === undefined || group === null ? undefined : String(group));
    groups.get(place.group);
    return place;
  };
  const settingsIn = (call: OperationCall): ScheduleSettings => {
    const problemWith = (arn: string): string | undefined => targets.problemWith(arn);
    const settings = readSchedule(call.input, { now: now(), problemWith });
    targets.authorize(call, [settings.target.arn, settings.target.deadLetterArn]);
    return settings;
  };
  const arnAnswer = ({ group, name }: Schedule) => ({
    output: { ScheduleArn: scheduleArn(scope, group, name) },
  });
  return [
    {
      name: 'CreateSchedule',
      route: { method: 'POST', path: PATH },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const { group, name } = inBody(call, 'CreateSchedule');
        const settings = settingsIn(call);
        checkStart(settings, now());
        return arnAnswer(schedules.create(group, name, settings));
      },
    },
    {
      name: 'UpdateSchedule',
      route: { method: 'PUT', path: PATH },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const { group, name } = inBody(call, 'UpdateSchedule');
        const settings = settingsIn(call);
        return arnAnswer(schedules.update(group, name, settings));
      },
    },
    {
      name: 'GetSchedule',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const { group, name } = inQuery(call, 'GetSchedule');
        return { output: scheduleAnswer(schedules.get(group, name), scope) };
      },
    },
    {
      name: 'DeleteSchedule',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const { group, name } = inQuery(call, 'DeleteSchedule');
        schedules.remove(group, name);
        return { output: {} };
      },
    },
    {
      name: 'ListSchedules',
      route: { method: 'GET', path: '/schedules' },
      support: 'supported',
      handle(call) {
        call.authorize('scheduler:ListSchedules', scheduleArn(scope, '*', '*'));
        const { query } = call;
        const [group, prefix, state] = [
          query.get('ScheduleGroup'),
          query.get('NamePrefix') ?? '',
          query.get('State'),
        ];
        if (group !== null) groups.get(group);
        const found = schedules
          .list()
          .filter(
            (schedule) =>
              (group === null || schedule.group === group) &&
              schedule.name.startsWith(prefix) &&
              (state === null || schedule.isEnabled === (state === 'ENABLED')),
          );
        const { items, next } = schedulePage(found, query, scheduleKey);
        return { output: { Schedules: items.map((one) => scheduleSummary(one, scope)), ...next } };
      },
    },
  ];
}
