import { isFunctionArn, type Targets } from '../../events/targets.ts';
import type { FunctionScope } from '../../lambda/function-name.ts';
import type { QueueSender } from '../../lambda/invocations/queue-sender.ts';
import { isStateFailure } from '../../state/state-error.ts';
import type { RuleAction, TopicRule } from './topic-rule.ts';

/** What a rule has selected of a message. */
export type Selected = {
  readonly bytes: Uint8Array;
  /** Functions take nothing else. */
  readonly isJson: boolean;
  readonly traceId: string | undefined;
  /** For the rules of the topic to which it goes. @throws RangeError where it went round too often */
  readonly republish: (message: { readonly topic: string; readonly payload: Uint8Array }) => Promise<void>;
};

export type RuleActionsDependencies = {
  readonly scope: FunctionScope;
  readonly targets: Targets;
  readonly queues: QueueSender;
  readonly publish: (topic: string, payload: Uint8Array, qos: 0 | 1) => Promise<void>;
  readonly onNotice: (text: string) => void;
};

/** Carries out what rules say; what cannot be done goes to the rule's error action, else it is told. */
export class RuleActions {
  readonly #dependencies: RuleActionsDependencies;

  constructor(dependencies: RuleActionsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Does not reject for what an action does not take. */
  async carryOut(rule: TopicRule, selected: Selected): Promise<void> {
    for (const action of rule.actions) {
      try {
        await this.#act(action, selected);
      } catch (error) {
        await this.#failed(rule, action, selected, error);
      }
    }
  }

  async #act(action: RuleAction, selected: Selected): Promise<void> {
    const { targets, queues, publish } = this.#dependencies;
    const { bytes, isJson, traceId } = selected;
    const text = Buffer.from(bytes).toString();
    switch (action.type) {
      case 'lambda':
        if (!isJson) throw new TypeError('expected a payload that is JSON: a function takes nothing else');
        return await targets.send(action.functionArn, {
          body: text,
          executionId: crypto.randomUUID(),
          traceId,
        });
      case 'sqs':
        return await queues.send(this.#queueArn(action.queueUrl), {
          body: action.useBase64 ? Buffer.from(bytes).toString('base64') : text,
          ...(traceId === undefined ? {} : { traceHeader: traceId }),
        });
      case 'republish':
        await publish(action.topic, bytes, action.qos);
        return await selected.republish({ topic: action.topic, payload: bytes });
    }
  }

  /** https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html */
  async #failed(rule: TopicRule, action: RuleAction, selected: Selected, error: unknown): Promise<void> {
    const { onNotice } = this.#dependencies;
    const why = error instanceof Error ? error.message : String(error);
    const text = `The IoT rule ${rule.name} could not carry out its action ${action.type}: ${why}`;
    if (rule.errorAction === undefined || isStateFailure(error)) return onNotice(text);
    const record = {
      ruleName: rule.name,
      base64OriginalPayload: Buffer.from(selected.bytes).toString('base64'),
      failures: [{ failedAction: action.type, failedResource: resourceOf(action), errorMessage: why }],
    };
    try {
      await this.#act(rule.errorAction, {
        ...selected,
        bytes: Buffer.from(JSON.stringify(record)),
        isJson: true,
      });
    } catch (cause) {
      onNotice(`${text}; nor its error action: ${String(cause)}`);
    }
  }

  /** `http://127.0.0.1:4566/000000000000/jobs` */
  #queueArn(url: string): string {
    const { region, account } = this.#dependencies.scope;
    return `arn:aws:sqs:${region}:${account}:${url.slice(url.lastIndexOf('/') + 1)}`;
  }
}

/** Why an action of a function can never be carried out. */
export function functionProblem(arn: string): string | undefined {
  return isFunctionArn(arn) ? undefined : `expected the ARN of a function, found ${arn.slice(0, 200)}`;
}

function resourceOf(action: RuleAction): string {
  switch (action.type) {
    case 'lambda':
      return action.functionArn;
    case 'sqs':
      return action.queueUrl;
    case 'republish':
      return action.topic;
  }
}
