import { createHash } from 'node:crypto';
import {
  CreateTopicRuleCommand,
  DeleteTopicRuleCommand,
  GetTopicRuleCommand,
  IoTClient,
  ListTopicRulesCommand,
  ReplaceTopicRuleCommand,
} from '@aws-sdk/client-iot';
import type { LambdaCalls } from '../platform/lambda-calls.ts';
import { inLanes } from '../platform/run-list.ts';
import { allowInvoke, disallowInvoke } from './invoke-permission.ts';
import { isAnswer, openService, type ServiceCalls } from './service-calls.ts';
import {
  functionOfArn,
  sortedLists,
  type TriggerTable,
  type TriggerTarget,
  type Undo,
} from './trigger-table.ts';

const SQL_VERSION = '2016-03-23';
const SQL = /^SELECT \*, topic\(\) AS topic FROM '([^']+)'$/;

/**
 * MQTT topics: a rule of IoT Core for each, whose name says of which source it is, because rules have no tags that could be
 * asked for. https://docs.aws.amazon.com/iot/latest/developerguide/iot-rules.html
 */
export class TopicTriggers implements TriggerTable {
  readonly #lambda: LambdaCalls;
  readonly #iot: ServiceCalls<IoTClient>;
  readonly #prefix: string;
  /** By topic filter: the function that is called. */
  readonly #rules = new Map<string, string>();
  /** Names of the rules that are there, also of those that somebody has changed. */
  readonly #names = new Set<string>();

  constructor(lambda: LambdaCalls, sourceName: string, signal: AbortSignal) {
    this.#lambda = lambda;
    this.#iot = openService(new IoTClient(lambda.target.clientSettings), lambda, signal);
    this.#prefix = `llx_sync_${sourceName.replaceAll('-', '_')}_`;
  }

  async read(): Promise<ReadonlyMap<string, readonly string[]>> {
    const names = await this.#ownNames();
    const rules = await inLanes(names, (name) => this.#readRule(name));
    this.#names.clear();
    for (const name of names) this.#names.add(name);
    this.#rules.clear();
    for (const rule of rules) if (rule !== undefined) this.#rules.set(rule.topic, rule.functionName);
    return sortedLists([...this.#rules].map(([topic, functionName]) => [functionName, topic] as const));
  }

  /** A rule that is switched off. */
  async prepare(target: TriggerTarget, topic: string): Promise<Undo> {
    const ruleName = this.#nameOf(topic);
    if (this.#names.has(ruleName)) return async () => undefined;
    await this.#putRule(target, topic, true);
    return async () => {
      await this.#deleteRule(ruleName);
      await disallowInvoke(this.#lambda, target.functionName, ruleName);
    };
  }

  async put(target: TriggerTarget, topic: string): Promise<void> {
    await this.#putRule(target, topic, false);
    this.#rules.set(topic, target.functionName);
  }

  async #putRule(target: TriggerTarget, topic: string, ruleDisabled: boolean): Promise<void> {
    const ruleName = this.#nameOf(topic);
    const [, partition = 'aws', , region = '', account = ''] = target.arn.split(':');
    await allowInvoke(this.#lambda, target.functionName, {
      statementId: ruleName,
      principal: 'iot.amazonaws.com',
      sourceArn: `arn:${partition}:iot:${region}:${account}:rule/${ruleName}`,
    });
    const input = {
      ruleName,
      topicRulePayload: {
        sql: `SELECT *, topic() AS topic FROM '${topic}'`,
        awsIotSqlVersion: SQL_VERSION,
        ruleDisabled,
        description: `llx sync: ${topic} → ${target.functionName}`,
        actions: [{ lambda: { functionArn: target.arn } }],
      },
    };
    if (this.#names.has(ruleName)) {
      await this.#iot.call('iot:ReplaceTopicRule', ruleName, (client, options) =>
        client.send(new ReplaceTopicRuleCommand(input), options),
      );
    } else {
      await this.#iot.call('iot:CreateTopicRule', ruleName, (client, options) =>
        client.send(new CreateTopicRuleCommand(input), options),
      );
    }
    this.#names.add(ruleName);
  }

  async remove({ functionName }: TriggerTarget, topic: string): Promise<void> {
    const ruleName = this.#nameOf(topic);
    if (this.#rules.get(topic) === functionName) {
      await this.#deleteRule(ruleName);
      this.#rules.delete(topic);
    }
    await disallowInvoke(this.#lambda, functionName, ruleName);
  }

  async #deleteRule(ruleName: string): Promise<void> {
    await this.#iot.call('iot:DeleteTopicRule', ruleName, (client, options) =>
      client.send(new DeleteTopicRuleCommand({ ruleName }), options),
    );
    this.#names.delete(ruleName);
  }

  close(): void {
    this.#iot.close();
  }

  async #ownNames(): Promise<readonly string[]> {
    const names: string[] = [];
    // Exactly: the name of another source may begin with this one's.
    const own = new RegExp(`^${this.#prefix}[0-9a-f]{12}$`);
    let nextToken: string | undefined;
    do {
      const page = await this.#iot.call('iot:ListTopicRules', '*', (client, options) =>
        client.send(new ListTopicRulesCommand({ nextToken }), options),
      );
      names.push(...(page.rules ?? []).map(({ ruleName = '' }) => ruleName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names.filter((name) => own.test(name));
  }

  async #readRule(ruleName: string): Promise<{ topic: string; functionName: string } | undefined> {
    try {
      const { rule } = await this.#iot.call('iot:GetTopicRule', ruleName, (client, options) =>
        client.send(new GetTopicRuleCommand({ ruleName }), options),
      );
      const topic = SQL.exec(rule?.sql ?? '')?.[1];
      const functionName = functionOfArn(rule?.actions?.[0]?.lambda?.functionArn ?? '');
      // A rule of ours that somebody has changed, or switched off, is put again.
      if (topic === undefined || rule?.ruleDisabled === true) return undefined;
      return { topic, functionName: functionName ?? '' };
    } catch (error) {
      // Deleted since it was listed: AWS does not tell that from a rule one may not see.
      if (isAnswer(error, 'UnauthorizedException', 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  #nameOf(topic: string): string {
    return this.#prefix + createHash('sha256').update(topic).digest('hex').slice(0, 12);
  }
}
