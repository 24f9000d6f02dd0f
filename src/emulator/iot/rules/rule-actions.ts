import { isFunctionArn, type Targets } from '../../events/targets.ts';
import type { FunctionScope } from '../../lambda/function-name.ts';
import type { QueueSender } from '../../lambda/invocations/queue-sender.ts';
import { isStateFailure } from '../../state/state-error.ts';
import type { RuleMessage, Selection } from './sql-evaluation.ts';
import type { RuleAction, TopicRule } from './topic-rule.ts';

/** What a rule has selected of a message. Functions take nothing but JSON. */
export type Selected = Selection & {
  readonly message: Pick<RuleMessage, 'topic' | 'payload' | 'clientId'>;
  readonly traceId: string | undefined;
  /** Whether there may be another one; it is told where not. */
  readonly mayRepublish: () => boolean;
  /** For the rules of the topic to which it goes. @throws RangeError where it went round too often */
  readonly republish: (message: { readonly topic: string; readonly payload: Uint8Array }) => Promise<void>;
};

type Failure = { readonly action: RuleAction; readonly error: unknown };

export type RuleActionsDependencies = {
  readonly scope: FunctionScope;
  readonly targets: Targets;
  readonly queues: QueueSender;
  readonly publish: (topic: string, payload: Uint8Array, qos: 0 | 1) => Promise<void>;
  readonly onNotice: (text: string) => void;
};

const MOST_REASONS = 100;

/** Carries out what rules say; what cannot be done goes to the rule's error action, else it is told. */
export class RuleActions {
  readonly #dependencies: RuleActionsDependencies;
  /** How often of each: a rule that is changed begins anew. */
  readonly #told = new WeakMap<TopicRule, Map<string, number>>();

  constructor(dependencies: RuleActionsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Each once, then when it has come to be ten times as often. */
  #tell(rule: TopicRule, text: string): void {
    const told = this.#told.get(rule) ?? new Map<string, number>();
    this.#told.set(rule, told);
    if (told.size >= MOST_REASONS) told.clear();
    const times = (told.get(text) ?? 0) + 1;
    told.set(text, times);
    if (times === 1) this.#dependencies.onNotice(text);
    else if (Number.isInteger(Math.log10(times))) {
      this.#dependencies.onNotice(`${text} (${times} times by now)`);
    }
  }

  /** Does not reject for what an action does not take. */
  async carryOut(rule: TopicRule, selected: Selected): Promise<void> {
    const failures: Failure[] = [];
    for (const action of rule.actions) {
      try {
        await this.#act(action, selected);
      } catch (error) {
        failures.push({ action, error });
      }
    }
    if (failures.length > 0) await this.#failed(rule, selected, failures);
  }

  async #act(action: RuleAction, selected: Selected): Promise<void> {
    const { scope, targets, queues, publish } = this.#dependencies;
    const { bytes, isJson, traceId } = selected;
    const text = Buffer.from(bytes).toString();
    switch (action.type) {
      case 'lambda':
        if (!isJson) throw new TypeError('expected a payload that is JSON: a function takes nothing else');
        return await targets.send(targetArn(action, scope), {
          body: text,
          executionId: crypto.randomUUID(),
          traceId,
        });
      case 'sqs':
        return await queues.send(targetArn(action, scope), {
          body: action.useBase64 ? Buffer.from(bytes).toString('base64') : text,
          ...(traceId === undefined ? {} : { traceHeader: traceId }),
        });
      case 'republish':
        if (!selected.mayRepublish()) return;
        await publish(action.topic, bytes, action.qos);
        return await selected.republish({ topic: action.topic, payload: bytes });
    }
  }

  /** One record for all of them: https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html */
  async #failed(rule: TopicRule, selected: Selected, failures: readonly Failure[]): Promise<void> {
    const texts = failures.map(
      ({ action, error }) =>
        `The IoT rule ${rule.name} could not carry out its action ${action.type}: ${whyOf(error)}`,
    );
    if (rule.errorAction === undefined || failures.some(({ error }) => isStateFailure(error))) {
      for (const text of texts) this.#tell(rule, text);
      return;
    }
    const { topic, clientId = 'N/A', payload } = selected.message;
    const record = {
      ruleName: rule.name,
      topic,
      cloudwatchTraceId: crypto.randomUUID(),
      clientId,
      base64OriginalPayload: Buffer.from(payload).toString('base64'),
      failures: failures.map(({ action, error }) => ({
        failedAction: ACTION_NAMES[action.type],
        failedResource: resourceOf(action),
        errorMessage: whyOf(error),
      })),
    };
    try {
      await this.#act(rule.errorAction, {
        ...selected,
        bytes: Buffer.from(JSON.stringify(record)),
        isJson: true,
      });
    } catch (cause) {
      for (const text of texts) this.#tell(rule, `${text}; nor its error action: ${String(cause)}`);
    }
  }
}

/** In the words of AWS's error records: `S3Action` is in its documentation. */
const ACTION_NAMES = { lambda: 'LambdaAction', sqs: 'SqsAction', republish: 'RepublishAction' } as const;

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why an action of a function can never be carried out. */
export function functionProblem(arn: string): string | undefined {
  return isFunctionArn(arn) ? undefined : `expected the ARN of a function, found ${arn.slice(0, 200)}`;
}

/** Of the function, or of the queue that a URL such as `http://127.0.0.1:4566/000000000000/jobs` names. */
export function targetArn(
  action: Extract<RuleAction, { readonly type: 'lambda' | 'sqs' }>,
  { region, account }: FunctionScope,
): string {
  if (action.type === 'lambda') return action.functionArn;
  const { queueUrl } = action;
  return `arn:aws:sqs:${region}:${account}:${queueUrl.slice(queueUrl.lastIndexOf('/') + 1)}`;
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
