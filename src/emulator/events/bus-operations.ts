import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import { Members } from '../lambda/functions/members.ts';
import { busArn, type EventBuses } from './event-buses.ts';
import { invalid, notFound } from './events-errors.ts';
import { eventsPage } from './events-page.ts';
import { checkTags, readTags, type Tags, tagList } from './events-tags.ts';
import { ruleArn } from './rule.ts';
import { readBusName } from './rule-request.ts';
import type { Rules } from './rules.ts';

export type BusOperationsDependencies = {
  readonly rules: Rules;
  readonly buses: EventBuses;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** Something that has tags: a bus, or a rule. */
type Tagged = { readonly tags: Tags; setTags(tags: Tags): void };

/** Buses, and the tags of buses and rules. */
export function busOperations({ rules, buses, now }: BusOperationsDependencies): readonly ApiOperation[] {
  const { scope } = rules;
  const nameOf = (call: OperationCall, operation: string): string => {
    const name = readBusName(call.input, 'Name');
    call.authorize(`events:${operation}`, busArn(scope, name));
    return name;
  };
  const tagged = (call: OperationCall, operation: string): Tagged => {
    const members = new Members(call.input);
    const arn = members.requiredText('ResourceARN', { min: 1, max: 1600 });
    members.check();
    call.authorize(`events:${operation}`, arn);
    for (const bus of buses.list()) {
      if (busArn(scope, bus.name) === arn) {
        return { tags: bus.tags, setTags: (tags) => buses.setTags(bus.name, tags) };
      }
      const rule = rules.list(bus.name).find(({ name }) => ruleArn(scope, bus.name, name) === arn);
      if (rule !== undefined) {
        return { tags: rule.tags, setTags: (tags) => void rules.change(bus.name, rule.name, { tags }) };
      }
    }
    throw notFound(`Resource ${arn.slice(0, 200)}`);
  };
  return [
    {
      name: 'CreateEventBus',
      support: 'partial',
      note: 'no partners, no dead letters of a bus, nothing is encrypted',
      handle(call) {
        const name = nameOf(call, 'CreateEventBus');
        const members = new Members(call.input);
        const description = members.text('Description', { max: 512 });
        members.check();
        buses.create({
          name,
          description,
          tags: readTags(call.input.Tags),
          createdAt: now(),
          modifiedAt: now(),
        });
        return { output: { EventBusArn: busArn(scope, name) } };
      },
    },
    {
      name: 'DeleteEventBus',
      support: 'supported',
      handle(call) {
        const name = nameOf(call, 'DeleteEventBus');
        if (rules.list(name).length > 0)
          throw invalid(`Event bus ${name} cannot be deleted since it has rules.`);
        buses.remove(name);
        return {};
      },
    },
    {
      name: 'DescribeEventBus',
      support: 'supported',
      handle(call) {
        const { description, ...bus } = buses.get(nameOf(call, 'DescribeEventBus'));
        return {
          output: {
            Name: bus.name,
            Arn: busArn(scope, bus.name),
            ...(description === undefined ? {} : { Description: description }),
            CreationTime: bus.createdAt / 1000,
            LastModifiedTime: bus.modifiedAt / 1000,
          },
        };
      },
    },
    {
      name: 'ListEventBuses',
      support: 'supported',
      handle(call) {
        call.authorize('events:ListEventBuses', '*');
        const { NamePrefix: prefix } = call.input;
        const found = buses
          .list()
          .filter(({ name }) => typeof prefix !== 'string' || name.startsWith(prefix));
        const { items, next } = eventsPage(found, call.input, ({ name }) => name);
        return {
          output: {
            EventBuses: items.map(({ name }) => ({ Name: name, Arn: busArn(scope, name) })),
            ...next,
          },
        };
      },
    },
    {
      name: 'TagResource',
      support: 'supported',
      handle(call) {
        const { tags, setTags } = tagged(call, 'TagResource');
        setTags(checkTags({ ...tags, ...readTags(call.input.Tags) }));
        return { output: {} };
      },
    },
    {
      name: 'UntagResource',
      support: 'supported',
      handle(call) {
        const { tags, setTags } = tagged(call, 'UntagResource');
        const members = new Members(call.input);
        const keys = members.list('TagKeys') ?? [];
        members.check();
        setTags(Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))));
        return { output: {} };
      },
    },
    {
      name: 'ListTagsForResource',
      support: 'supported',
      handle: (call) => ({ output: { Tags: tagList(tagged(call, 'ListTagsForResource').tags) } }),
    },
  ];
}
