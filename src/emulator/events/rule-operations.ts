import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import { Members } from '../lambda/functions/members.ts';
import type { EventBuses } from './event-buses.ts';
import { invalid } from './events-errors.ts';
import { eventsPage } from './events-page.ts';
import { readTags } from './events-tags.ts';
import { type Rule, ruleAnswer, ruleArn, targetAnswer } from './rule.ts';
import { readBusName, readRule, readRuleName, readTargets } from './rule-request.ts';
import type { Rules } from './rules.ts';
import type { Targets } from './targets.ts';

export type RuleOperationsDependencies = {
  readonly rules: Rules;
  readonly buses: EventBuses;
  readonly targets: Pick<Targets, 'problemWith' | 'authorize'>;
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */
export function ruleOperations({
  rules,
  buses,
  targets: reachable,
}: RuleOperationsDependencies): readonly ApiOperation[] {
  const { scope } = rules;
  const placeOf = (call: OperationCall, operation: string, member: 'Name' | 'Rule' = 'Name') => {
    const place = readRuleName(call.input, member);
    call.authorize(`events:${operation}`, ruleArn(scope, place.bus, place.name));
    buses.get(place.bus);
    return place;
  };
  const switched = (operation: 'EnableRule' | 'DisableRule'): ApiOperation => ({
    name: operation,
    support: 'supported',
    handle(call) {
      const { bus, name } = placeOf(call, operation);
      rules.change(bus, name, { isEnabled: operation === 'EnableRule' });
      return {};
    },
  });
  return [
    {
      name: 'PutRule',
      support: 'partial',
      note: 'schedules in UTC; patterns without `cidr`; the role is not asked',
      handle(call) {
        const { bus, name } = placeOf(call, 'PutRule');
        rules.put(bus, name, readRule(call.input, bus), readTags(call.input.Tags));
        return { output: { RuleArn: ruleArn(scope, bus, name) } };
      },
    },
    {
      name: 'DescribeRule',
      support: 'supported',
      handle(call) {
        const { bus, name } = placeOf(call, 'DescribeRule');
        return { output: { ...ruleAnswer(rules.get(bus, name), scope), CreatedBy: scope.account } };
      },
    },
    {
      name: 'DeleteRule',
      support: 'supported',
      handle(call) {
        const { bus, name } = placeOf(call, 'DeleteRule');
        const targets = rules.find(bus, name)?.targets ?? [];
        if (targets.length > 0) throw invalid("Rule can't be deleted since it has targets.");
        rules.remove(bus, name);
        return {};
      },
    },
    switched('EnableRule'),
    switched('DisableRule'),
    {
      name: 'ListRules',
      support: 'supported',
      handle(call) {
        const bus = readBusName(call.input);
        call.authorize('events:ListRules', ruleArn(scope, bus, '*'));
        buses.get(bus);
        const prefix = prefixOf(call.input);
        const found = rules.list(bus).filter(({ name }) => name.startsWith(prefix));
        const { items, next } = eventsPage(found, call.input, ({ name }) => name);
        return { output: { Rules: items.map((rule) => ruleAnswer(rule, scope)), ...next } };
      },
    },
    {
      name: 'PutTargets',
      support: 'partial',
      note: 'functions and queues; what they do not take is not tried again',
      handle(call) {
        const { bus, name } = placeOf(call, 'PutTargets', 'Rule');
        const rule = rules.get(bus, name);
        const added = readTargets(call.input, (arn) => reachable.problemWith(arn));
        reachable.authorize(
          call,
          added.flatMap(({ arn, deadLetterArn }) => [arn, deadLetterArn]),
        );
        const ids = new Set(added.map(({ id }) => id));
        const targets = [...rule.targets.filter(({ id }) => !ids.has(id)), ...added];
        if (targets.length > 5) throw invalid('A rule has at most 5 targets.');
        rules.change(bus, name, { targets });
        return { output: { FailedEntryCount: 0, FailedEntries: [] } };
      },
    },
    {
      name: 'RemoveTargets',
      support: 'supported',
      handle(call) {
        const { bus, name } = placeOf(call, 'RemoveTargets', 'Rule');
        const members = new Members(call.input);
        const ids = members.list('Ids') ?? [];
        members.check();
        const { targets } = rules.get(bus, name);
        rules.change(bus, name, { targets: targets.filter(({ id }) => !ids.includes(id)) });
        return { output: { FailedEntryCount: 0, FailedEntries: [] } };
      },
    },
    {
      name: 'ListTargetsByRule',
      support: 'supported',
      handle(call) {
        const { bus, name } = placeOf(call, 'ListTargetsByRule', 'Rule');
        const targets = [...rules.get(bus, name).targets].sort((a, b) => (a.id < b.id ? -1 : 1));
        const { items, next } = eventsPage(targets, call.input, ({ id }) => id);
        return { output: { Targets: items.map(targetAnswer), ...next } };
      },
    },
    {
      name: 'ListRuleNamesByTarget',
      support: 'supported',
      handle(call) {
        const bus = readBusName(call.input);
        call.authorize('events:ListRuleNamesByTarget', ruleArn(scope, bus, '*'));
        const members = new Members(call.input);
        const arn = members.requiredText('TargetArn', { min: 1, max: 1600 });
        members.check();
        const isOf = (rule: Rule): boolean => rule.targets.some((target) => target.arn === arn);
        const names = rules.list(bus).filter(isOf);
        const { items, next } = eventsPage(names, call.input, ({ name }) => name);
        return { output: { RuleNames: items.map(({ name }) => name), ...next } };
      },
    },
  ];
}

function prefixOf(input: Readonly<Record<string, unknown>>): string {
  const members = new Members(input);
  const prefix = members.text('NamePrefix', { min: 1, max: 64 }) ?? '';
  members.check();
  return prefix;
}
