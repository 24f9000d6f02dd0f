import type { FunctionScope } from '../lambda/function-name.ts';
import { parseScheduleExpression, type ScheduleExpression } from '../scheduler/schedule-expression.ts';
import type { InputTransformer } from './input-transformer.ts';

export type RuleTarget = {
  readonly id: string;
  readonly arn: string;
  readonly roleArn: string | undefined;
  /** At most one of the three. */
  readonly input: string | undefined;
  readonly inputPath: string | undefined;
  readonly transformer: InputTransformer | undefined;
  readonly deadLetterArn: string | undefined;
  /** Of a FIFO queue. */
  readonly messageGroupId: string | undefined;
};

export type RuleSettings = {
  /** JSON. */
  readonly pattern: string | undefined;
  /** `cron(…)` or `rate(…)`, in UTC. */
  readonly schedule: string | undefined;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly isEnabled: boolean;
};

/** Times are epoch milliseconds. */
export type Rule = RuleSettings & {
  readonly bus: string;
  readonly name: string;
  readonly targets: readonly RuleTarget[];
  readonly tags: Readonly<Record<string, string>>;
  /** From when a rate counts. */
  readonly scheduledFrom: number;
};

export const DEFAULT_BUS = 'default';

export function ruleArn({ region, account }: FunctionScope, bus: string, name: string): string {
  const path = bus === DEFAULT_BUS ? name : `${bus}/${name}`;
  return `arn:aws:events:${region}:${account}:rule/${path}`;
}

/** What the timetable calls it, and people. */
export function ruleKey({ bus, name }: Pick<Rule, 'bus' | 'name'>): string {
  return `rule ${bus}/${name}`;
}

/** @throws ExpressionError */
export function ruleTimes(schedule: string, scheduledFrom: number): ScheduleExpression {
  return parseScheduleExpression(schedule, { firstAt: scheduledFrom });
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html */
export function ruleAnswer(rule: Rule, scope: FunctionScope): Readonly<Record<string, unknown>> {
  const { bus, name, pattern, schedule, description, roleArn, isEnabled } = rule;
  return {
    Arn: ruleArn(scope, bus, name),
    EventBusName: bus,
    Name: name,
    State: isEnabled ? 'ENABLED' : 'DISABLED',
    ...(pattern === undefined ? {} : { EventPattern: pattern }),
    ...(schedule === undefined ? {} : { ScheduleExpression: schedule }),
    ...(description === undefined ? {} : { Description: description }),
    ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html */
export function targetAnswer(target: RuleTarget): Readonly<Record<string, unknown>> {
  const { id, arn, roleArn, input, inputPath, transformer, deadLetterArn, messageGroupId } = target;
  return {
    Id: id,
    Arn: arn,
    ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
    ...(input === undefined ? {} : { Input: input }),
    ...(inputPath === undefined ? {} : { InputPath: inputPath }),
    ...(transformer === undefined
      ? {}
      : {
          InputTransformer: { InputPathsMap: transformer.paths, InputTemplate: transformer.template },
        }),
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(messageGroupId === undefined ? {} : { SqsParameters: { MessageGroupId: messageGroupId } }),
  };
}
