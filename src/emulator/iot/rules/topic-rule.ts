import type { FunctionScope } from '../../lambda/function-name.ts';

/** What is done with what a rule selects. */
export type RuleAction =
  | { readonly type: 'lambda'; readonly functionArn: string }
  | { readonly type: 'sqs'; readonly queueUrl: string; readonly roleArn: string; readonly useBase64: boolean }
  | { readonly type: 'republish'; readonly topic: string; readonly roleArn: string; readonly qos: 0 | 1 };

export type TopicRuleSettings = {
  readonly sql: string;
  readonly description: string | undefined;
  readonly actions: readonly RuleAction[];
  /** Of what an action did not take. */
  readonly errorAction: RuleAction | undefined;
  readonly isEnabled: boolean;
};

export type TopicRule = TopicRuleSettings & {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Of the configuration: it cannot be changed through the API. */
  readonly isConfigured: boolean;
};

/** As `iot.rules` of a configuration has it, or a CDK app. */
export type ConfiguredTopicRule = {
  readonly name: string;
  readonly sql: string;
  /** Name of the function that it invokes. */
  readonly functionName: string;
};

export function topicRuleArn({ region, account }: FunctionScope, name: string): string {
  return `arn:aws:iot:${region}:${account}:rule/${name}`;
}

export function topicArn({ region, account }: FunctionScope, topic: string): string {
  return `arn:aws:iot:${region}:${account}:topic/${topic}`;
}

/** https://docs.aws.amazon.com/iot/latest/apireference/API_GetTopicRule.html */
export function topicRuleAnswer(rule: TopicRule, scope: FunctionScope): Readonly<Record<string, unknown>> {
  const { name, sql, description, createdAt, actions, errorAction, isEnabled } = rule;
  return {
    ruleArn: topicRuleArn(scope, name),
    rule: {
      ruleName: name,
      sql,
      ...(description === undefined ? {} : { description }),
      createdAt: createdAt / 1000,
      actions: actions.map(actionAnswer),
      ruleDisabled: !isEnabled,
      awsIotSqlVersion: '2016-03-23',
      ...(errorAction === undefined ? {} : { errorAction: actionAnswer(errorAction) }),
    },
  };
}

function actionAnswer(action: RuleAction): Readonly<Record<string, unknown>> {
  const { type, ...settings } = action;
  return { [type]: settings };
}
