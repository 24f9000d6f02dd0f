import { AwsError } from '../http/aws-error.ts';
import type { FunctionScope } from '../lambda/function-name.ts';
import type { QueueSender } from '../lambda/invocations/queue-sender.ts';
import { secondsIso } from '../scheduler/schedule-event.ts';
import { isStateFailure } from '../state/state-error.ts';
import type { BusEvent } from './bus-event.ts';
import { valueAt } from './event-path.ts';
import { transformInput } from './input-transformer.ts';
import { type Rule, type RuleTarget, ruleArn, ruleKey } from './rule.ts';
import type { Targets } from './targets.ts';

export type RuleDeliveryDependencies = {
  readonly scope: FunctionScope;
  readonly targets: Targets;
  readonly queues: QueueSender;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onNotice: (text: string) => void;
};

export type Cause = {
  /** Of the first target's invocation. */
  readonly executionId?: string;
  /** Of what has put the event. */
  readonly traceId?: string | undefined;
};

/**
 * Takes events to the targets of rules, each as it wants them. What a target does not take goes to its dead-letter
 * queue at once, else it is told: nobody tries again, unlike on AWS.
 */
export class RuleDelivery {
  readonly #dependencies: RuleDeliveryDependencies;

  constructor(dependencies: RuleDeliveryDependencies) {
    this.#dependencies = dependencies;
  }

  /** Rejects only where the state refuses it. */
  async deliver(rule: Rule, event: BusEvent, { executionId, traceId }: Cause): Promise<void> {
    for (const [index, target] of rule.targets.entries()) {
      const id = (index === 0 ? executionId : undefined) ?? crypto.randomUUID();
      const body = this.#inputOf(rule, target, event);
      try {
        await this.#dependencies.targets.send(target.arn, {
          body,
          executionId: id,
          groupId: target.messageGroupId,
          traceId,
        });
      } catch (error) {
        if (isStateFailure(error)) throw error;
        await this.#failed(rule, target, body, error);
      }
    }
  }

  #inputOf(rule: Rule, { input, inputPath, transformer }: RuleTarget, event: BusEvent): string {
    if (input !== undefined) return input;
    if (inputPath !== undefined) return JSON.stringify(valueAt(event, inputPath) ?? null);
    if (transformer === undefined) return JSON.stringify(event);
    return transformInput(transformer, {
      event,
      ruleArn: ruleArn(this.#dependencies.scope, rule.bus, rule.name),
      ruleName: rule.name,
      ingestionTime: secondsIso(this.#dependencies.now()),
    });
  }

  async #failed(rule: Rule, target: RuleTarget, body: string, error: unknown): Promise<void> {
    const { queues, scope, onNotice } = this.#dependencies;
    const why = error instanceof Error ? error.message : String(error);
    const text = `An event of the ${ruleKey(rule)} did not reach ${target.arn}: ${why}`;
    if (target.deadLetterArn === undefined) return onNotice(text);
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-message-attributes
    const texts = {
      RULE_ARN: ruleArn(scope, rule.bus, rule.name),
      TARGET_ARN: target.arn,
      ERROR_CODE: error instanceof AwsError ? error.type : 'InternalError',
      ERROR_MESSAGE: why.slice(0, 1_000),
    };
    const attributes = Object.fromEntries(
      Object.entries(texts).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    try {
      await queues.send(target.deadLetterArn, { body, attributes });
    } catch (cause) {
      if (isStateFailure(cause)) throw cause;
      onNotice(
        `${text}; its dead-letter queue ${target.deadLetterArn} does not take it, either: ${String(cause)}`,
      );
    }
  }
}
