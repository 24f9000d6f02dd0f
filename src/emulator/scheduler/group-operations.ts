import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import { isObject } from '../json-object.ts';
import { groupArn } from './schedule.ts';
import { groupAnswer, type ScheduleGroup, type ScheduleGroups } from './schedule-groups.ts';
import { schedulePage } from './schedule-page.ts';
import { readName } from './schedule-request.ts';
import { invalid, notFound } from './scheduler-errors.ts';
import type { Schedules } from './schedules.ts';

const PATH = '/schedule-groups/{Name}';
const TAGS = '/tags/{ResourceArn}';

/** Groups of schedules, and their tags: schedules themselves have none, on AWS either. */
export function groupOperations({
  groups,
  schedules,
}: {
  readonly groups: ScheduleGroups;
  readonly schedules: Schedules;
}): readonly ApiOperation[] {
  const { scope } = schedules;
  const nameOf = (call: OperationCall, operation: string): string => {
    const name = readName({ Name: call.path.Name });
    call.authorize(`scheduler:${operation}`, groupArn(scope, name));
    return name;
  };
  const tagged = (call: OperationCall, operation: string): ScheduleGroup => {
    const arn = call.path.ResourceArn ?? '';
    call.authorize(`scheduler:${operation}`, arn);
    const group = groups.list().find(({ name }) => groupArn(scope, name) === arn);
    if (group === undefined) throw notFound(`Resource ${arn.slice(0, 200)}`);
    return group;
  };
  return [
    {
      name: 'CreateScheduleGroup',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle(call) {
        const name = nameOf(call, 'CreateScheduleGroup');
        groups.create(name, readTags(call.input.Tags));
        return { output: { ScheduleGroupArn: groupArn(scope, name) } };
      },
    },
    {
      name: 'GetScheduleGroup',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle: (call) => ({ output: groupAnswer(groups.get(nameOf(call, 'GetScheduleGroup')), scope) }),
    },
    {
      name: 'DeleteScheduleGroup',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const name = nameOf(call, 'DeleteScheduleGroup');
        groups.checkRemovable(name);
        // The group is the last to go: an emulator that is killed before has no schedules of a group that there is not.
        for (const schedule of schedules.list()) {
          if (schedule.group === name) schedules.remove(name, schedule.name);
        }
        groups.remove(name);
        return { output: {} };
      },
    },
    {
      name: 'ListScheduleGroups',
      route: { method: 'GET', path: '/schedule-groups' },
      support: 'supported',
      handle(call) {
        call.authorize('scheduler:ListScheduleGroups', groupArn(scope, '*'));
        const prefix = call.query.get('NamePrefix') ?? '';
        const found = groups.list().filter(({ name }) => name.startsWith(prefix));
        const { items, next } = schedulePage(found, call.query, ({ name }) => name);
        return { output: { ScheduleGroups: items.map((one) => groupAnswer(one, scope)), ...next } };
      },
    },
    {
      name: 'TagResource',
      route: { method: 'POST', path: TAGS },
      support: 'supported',
      handle(call) {
        const { name, tags } = tagged(call, 'TagResource');
        groups.setTags(name, { ...tags, ...readTags(call.input.Tags) });
        return { output: {} };
      },
    },
    {
      name: 'UntagResource',
      route: { method: 'DELETE', path: TAGS },
      support: 'supported',
      handle(call) {
        const { name, tags } = tagged(call, 'UntagResource');
        const gone = new Set(call.query.getAll('TagKeys'));
        groups.setTags(name, Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
        return { output: {} };
      },
    },
    {
      name: 'ListTagsForResource',
      route: { method: 'GET', path: TAGS },
      support: 'supported',
      handle(call) {
        const { tags } = tagged(call, 'ListTagsForResource');
        return { output: { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
      },
    },
  ];
}

/** A list of keys and values. @throws AwsError 400 ValidationException */
function readTags(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const tags = Array.isArray(value) ? value.map(readTag) : [undefined];
  const known = tags.filter((tag) => tag !== undefined);
  if (known.length < tags.length) throw invalid('Tags are a list of Key and Value.');
  return Object.fromEntries(known);
}

function readTag(tag: unknown): readonly [string, string] | undefined {
  if (!isObject(tag) || typeof tag.Key !== 'string' || typeof tag.Value !== 'string') return undefined;
  return tag.Key.length > 0 && tag.Key.length <= 128 && tag.Value.length <= 256
    ? [tag.Key, tag.Value]
    : undefined;
}
