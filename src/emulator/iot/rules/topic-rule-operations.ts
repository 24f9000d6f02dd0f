import { matches } from '../../broker/rules.ts';
import type { Targets } from '../../events/targets.ts';
import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import { AwsError } from '../../http/aws-error.ts';
import { pageToken, positionOfToken } from '../../page-token.ts';
import { functionProblem, targetArn } from './rule-actions.ts';
import { parseSql } from './sql-parser.ts';
import {
  type TopicRule,
  type TopicRuleSettings,
  topicArn,
  topicRuleAnswer,
  topicRuleArn,
} from './topic-rule.ts';
import { invalidRequest, readRuleName, readTopicRule } from './topic-rule-request.ts';
import type { TopicRules } from './topic-rules.ts';

const PATH = '/rules/{ruleName}';
const NOTE = 'the actions `lambda`, `sqs` and `republish`; no substitution templates, no tags';
const MOST_LISTED = 10_000;

/** https://docs.aws.amazon.com/iot/latest/apireference/API_CreateTopicRule.html and its like. */
export function topicRuleOperations({
  rules,
  targets,
  now,
}: {
  readonly rules: TopicRules;
  readonly targets: Pick<Targets, 'authorize'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}): readonly ApiOperation[] {
  const { scope } = rules;
  const nameOf = (call: OperationCall, operation: string): string => {
    const name = readRuleName(call.path.ruleName);
    call.authorize(`iot:${operation}`, topicRuleArn(scope, name));
    return name;
  };
  const get = (name: string): TopicRule => {
    const rule = rules.find(name);
    // AWS does not tell a rule that there is not from one that the caller may not see.
    if (rule === undefined) {
      throw new AwsError(401, 'UnauthorizedException', {
        message: `Access to topic rule '${name}' was denied`,
      });
    }
    return rule;
  };
  const settingsIn = (call: OperationCall): TopicRuleSettings => {
    const settings = readTopicRule(payloadOf(call), functionProblem);
    const actions = [...settings.actions, settings.errorAction].filter((action) => action !== undefined);
    for (const action of actions) {
      if (action.type !== 'republish') targets.authorize(call, [targetArn(action, scope)]);
      else call.authorize('iot:Publish', topicArn(scope, action.topic));
    }
    return settings;
  };
  const changeable = (name: string): TopicRule => {
    const rule = get(name);
    if (rule.isConfigured)
      throw invalidRequest(`The rule ${name} is of llx’s configuration: change it there.`);
    return rule;
  };
  const switched = (operation: 'EnableTopicRule' | 'DisableTopicRule'): ApiOperation => ({
    name: operation,
    route: { method: 'POST', path: `${PATH}/${operation === 'EnableTopicRule' ? 'enable' : 'disable'}` },
    support: 'supported',
    handle(call) {
      const rule = changeable(nameOf(call, operation));
      rules.put({ ...rule, isEnabled: operation === 'EnableTopicRule' });
      return {};
    },
  });
  return [
    {
      name: 'CreateTopicRule',
      route: { method: 'POST', path: PATH },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const name = nameOf(call, 'CreateTopicRule');
        if (rules.find(name) !== undefined) {
          throw new AwsError(409, 'ResourceAlreadyExistsException', {
            message: `Rule ${name} already exists`,
          });
        }
        const settings = settingsIn(call);
        rules.put({ ...settings, name, createdAt: now(), isConfigured: false });
        return {};
      },
    },
    {
      name: 'ReplaceTopicRule',
      route: { method: 'PATCH', path: PATH },
      support: 'partial',
      note: NOTE,
      handle(call) {
        const { name, createdAt } = changeable(nameOf(call, 'ReplaceTopicRule'));
        const settings = settingsIn(call);
        rules.put({ ...settings, name, createdAt, isConfigured: false });
        return {};
      },
    },
    {
      name: 'GetTopicRule',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle: (call) => ({ output: topicRuleAnswer(get(nameOf(call, 'GetTopicRule')), scope) }),
    },
    {
      name: 'DeleteTopicRule',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const name = nameOf(call, 'DeleteTopicRule');
        if (rules.find(name) !== undefined) rules.remove(changeable(name).name);
        return {};
      },
    },
    switched('EnableTopicRule'),
    switched('DisableTopicRule'),
    {
      name: 'ListTopicRules',
      route: { method: 'GET', path: '/rules' },
      support: 'supported',
      handle(call) {
        call.authorize('iot:ListTopicRules', '*');
        return { output: listed(rules, call.query) };
      },
    },
  ];
}

/** The payload is the body itself: what is `topicRulePayload` to SDKs. */
function payloadOf({ input }: OperationCall): unknown {
  return input.topicRulePayload ?? input;
}

function listed(rules: TopicRules, query: URLSearchParams): Readonly<Record<string, unknown>> {
  const [topic, disabled, token] = [query.get('topic'), query.get('ruleDisabled'), query.get('nextToken')];
  const size = Number(query.get('maxResults') ?? MOST_LISTED);
  const after = token === null ? '' : positionOfToken(token);
  if (!Number.isInteger(size) || size < 1 || size > MOST_LISTED || typeof after !== 'string') {
    throw invalidRequest('expected maxResults of 1 to 10000, and a nextToken of an earlier answer');
  }
  const found = rules.list().filter(({ name, sql, isEnabled }) => {
    const isOfTopic = topic === null || matches(parseSql(sql).from, topic);
    return name > after && isOfTopic && (disabled === null || (disabled === 'true') === !isEnabled);
  });
  const items = found.slice(0, size);
  const last = items.at(-1);
  return {
    rules: items.map(({ name, sql, createdAt, isEnabled }) => ({
      ruleArn: topicRuleArn(rules.scope, name),
      ruleName: name,
      topicPattern: parseSql(sql).from,
      createdAt: createdAt / 1000,
      ruleDisabled: !isEnabled,
    })),
    ...(found.length > size && last !== undefined ? { nextToken: pageToken(last.name) } : {}),
  };
}
