import { isOwnTopic } from '../../../protocol/topics.ts';
import { isExact } from '../../broker/rules.ts';
import { AwsError } from '../../http/aws-error.ts';
import { isObject, type JsonObject } from '../../json-object.ts';
import { checkFilter, parseSql } from './sql-parser.ts';
import { SqlError } from './sql-tokens.ts';
import type { RuleAction, TopicRuleSettings } from './topic-rule.ts';

const MOST_ACTIONS = 10;

/** @throws AwsError 400 InvalidRequestException */
export function readRuleName(name: string | undefined): string {
  if (name !== undefined && /^[a-zA-Z0-9_]{1,128}$/.test(name)) return name;
  throw invalidRequest('Invalid rule name: expected 1 to 128 of a-z, A-Z, 0-9 and _.');
}

/**
 * A TopicRulePayload: https://docs.aws.amazon.com/iot/latest/apireference/API_TopicRulePayload.html
 *
 * @param problemWith why a function can never be reached
 * @throws AwsError 400 InvalidRequestException, SqlParseException
 */
export function readTopicRule(
  payload: unknown,
  problemWith: (arn: string) => string | undefined,
): TopicRuleSettings {
  if (!isObject(payload)) throw invalidRequest('expected a topicRulePayload');
  const { sql, description, actions, errorAction, ruleDisabled } = payload;
  if (typeof sql !== 'string') throw invalidRequest('expected sql in the topicRulePayload');
  checkSql(sql);
  if (!Array.isArray(actions) || actions.length > MOST_ACTIONS) {
    throw invalidRequest(`expected a list of up to ${MOST_ACTIONS} actions`);
  }
  return {
    sql,
    description: typeof description === 'string' ? description : undefined,
    actions: actions.map((action) => readAction(action, problemWith)),
    errorAction:
      errorAction === undefined || errorAction === null ? undefined : readAction(errorAction, problemWith),
    isEnabled: ruleDisabled !== true,
  };
}

/** @throws AwsError 400 SqlParseException */
export function checkSql(sql: string): void {
  try {
    checkFilter(parseSql(sql));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new AwsError(
      400,
      'SqlParseException',
      { message: `Cannot parse the SQL: ${error.message}` },
      {},
      { cause: error },
    );
  }
}

export function invalidRequest(message: string): AwsError {
  return new AwsError(400, 'InvalidRequestException', { message });
}

function readAction(action: unknown, problemWith: (arn: string) => string | undefined): RuleAction {
  const [[type, settings] = [], ...others] = isObject(action) ? Object.entries(action) : [];
  if (type === undefined || others.length > 0 || !isObject(settings))
    throw invalidRequest('expected one action each');
  switch (type) {
    case 'lambda': {
      const functionArn = text(settings, 'functionArn');
      const problem = problemWith(functionArn);
      if (problem !== undefined) throw invalidRequest(problem);
      return { type, functionArn };
    }
    case 'sqs':
      return {
        type,
        queueUrl: text(settings, 'queueUrl'),
        roleArn: text(settings, 'roleArn'),
        useBase64: settings.useBase64 === true,
      };
    case 'republish':
      return {
        type,
        topic: topicOf(settings),
        roleArn: text(settings, 'roleArn'),
        qos: settings.qos === 1 ? 1 : 0,
      };
    default:
      throw invalidRequest(
        `llx's emulator has the actions lambda, sqs and republish, not ${type.slice(0, 50)}`,
      );
  }
}

/** The rule's role is not asked, so that nobody may reach llx's own topics by it. */
function topicOf(settings: JsonObject): string {
  const topic = text(settings, 'topic');
  if (isExact(topic) && !topic.startsWith('$') && !isOwnTopic(topic)) return topic;
  throw invalidRequest(
    `expected a topic without + and #, and none that begins with $ or is llx's own, found ${topic.slice(0, 200)}`,
  );
}

function text(settings: JsonObject, name: string): string {
  const value = settings[name];
  if (typeof value === 'string' && value.includes('${')) {
    throw invalidRequest(
      `llx's emulator has no substitution templates, such as in ${name}: ${value.slice(0, 200)}`,
    );
  }
  if (typeof value === 'string' && value !== '' && value.length <= 1600) return value;
  throw invalidRequest(`expected a text as ${name}`);
}
