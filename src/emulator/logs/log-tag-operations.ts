import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import type { LogGroup } from './log-groups.ts';
import { constraintError, optionalTags, optionalTexts } from './log-input.ts';
import type { LogResources } from './log-resources.ts';
import type { LogStore } from './log-store.ts';

/** Tags of groups: by ARN, and by name as it was done before 2022. */
export function logTagOperations(parts: {
  readonly store: LogStore;
  readonly resources: LogResources;
}): readonly ApiOperation[] {
  const { store, resources } = parts;

  function tag(group: LogGroup, { input }: OperationCall): OperationAnswer {
    const tags = optionalTags(input, 'tags');
    if (tags === undefined) throw constraintError('tags', undefined, 'Member must not be null');
    store.groups.setTags(group, { ...group.tags, ...tags });
    return {};
  }

  function untag(group: LogGroup, { input }: OperationCall, member: string): OperationAnswer {
    const keys = optionalTexts(input, member, 50);
    if (keys === undefined) throw constraintError(member, undefined, 'Member must not be null');
    const left = Object.entries(group.tags).filter(([key]) => !keys.includes(key));
    store.groups.setTags(group, Object.fromEntries(left));
    return {};
  }

  return [
    {
      name: 'TagResource',
      support: 'supported',
      handle: (call) => tag(resources.ofArn(call, 'TagResource'), call),
    },
    {
      name: 'UntagResource',
      support: 'supported',
      handle: (call) => untag(resources.ofArn(call, 'UntagResource'), call, 'tagKeys'),
    },
    {
      name: 'ListTagsForResource',
      support: 'supported',
      handle: (call) => ({ output: { tags: resources.ofArn(call, 'ListTagsForResource').tags } }),
    },
    {
      name: 'TagLogGroup',
      support: 'supported',
      handle: (call) => tag(resources.named(call, 'TagLogGroup'), call),
    },
    {
      name: 'UntagLogGroup',
      support: 'supported',
      handle: (call) => untag(resources.named(call, 'UntagLogGroup'), call, 'tags'),
    },
    {
      name: 'ListTagsLogGroup',
      support: 'supported',
      handle: (call) => ({ output: { tags: resources.named(call, 'ListTagsLogGroup').tags } }),
    },
  ];
}
