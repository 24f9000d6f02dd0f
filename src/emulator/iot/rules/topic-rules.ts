import { isOwnTopic } from '../../../protocol/topics.ts';
import { matches } from '../../broker/rules.ts';
import type { EmulatorClock } from '../../emulator-clock.ts';
import type { FunctionScope } from '../../lambda/function-name.ts';
import { jsonOf } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import { MessageBudget } from './message-budget.ts';
import type { RuleActions } from './rule-actions.ts';
import { type RuleMessage, type Selection, selectBytes } from './sql-evaluation.ts';
import { checkFilter, parseSql, type SqlStatement } from './sql-parser.ts';
import { SqlError } from './sql-tokens.ts';
import type { TopicRule } from './topic-rule.ts';

/** A message that somebody has published. */
export type PublishedMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Absent for messages that came over HTTP. */
  readonly clientId?: string | undefined;
  /** `X-Amzn-Trace-Id` of a function that has sent it over HTTP. */
  readonly traceId?: string | undefined;
};

export type TopicRulesDependencies = {
  readonly state: State;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  readonly actions: RuleActions;
  /** Rules of the configuration and of its app: they are there as long as it says so. */
  readonly configured: readonly TopicRule[];
  readonly onNotice: (text: string) => void;
  readonly onDefect: (error: unknown) => void;
};

type Held = { readonly rule: TopicRule; readonly statement: SqlStatement };

/** A republished message may be republished again: AWS would do so for ever. */
const MOST_REPUBLISHED = 5;
/** Of one message, and all that is made of it: each of its rounds may make several of each. */
const MOST_MADE = 1_000;

/** What is made of one message, so far. */
type Origin = { readonly topic: string; made: number };

/** IoT's rules: what is published on a topic goes to functions, queues and other topics. */
export class TopicRules {
  readonly scope: FunctionScope;
  readonly #dependencies: TopicRulesDependencies;
  readonly #rules = new Map<string, Held>();
  readonly #running = new Set<Promise<void>>();
  readonly #budget: MessageBudget;

  constructor(dependencies: TopicRulesDependencies) {
    this.#budget = new MessageBudget(dependencies.onNotice);
    this.scope = dependencies.scope;
    this.#dependencies = dependencies;
    const rows = dependencies.state.statement('SELECT settings FROM iot_topic_rules').all();
    for (const row of rows) this.#hold(jsonOf<TopicRule>(row, 'settings'));
    for (const rule of dependencies.configured) this.#holdConfigured(rule);
  }

  /** In the order of their names. */
  list(): readonly TopicRule[] {
    return [...this.#rules.values()].map(({ rule }) => rule).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): TopicRule | undefined {
    return this.#rules.get(name)?.rule;
  }

  /** Of an earlier one of that name nothing is left. */
  put(rule: TopicRule): void {
    this.#dependencies.state
      .statement('INSERT OR REPLACE INTO iot_topic_rules (name, settings) VALUES (?, ?)')
      .run(rule.name, JSON.stringify(rule));
    this.#hold(rule);
  }

  remove(name: string): void {
    this.#dependencies.state.statement('DELETE FROM iot_topic_rules WHERE name = ?').run(name);
    this.#rules.delete(name);
  }

  /** On the path of every message: returns at once, and does not throw. */
  take(message: PublishedMessage): void {
    if (this.#rules.size === 0) return;
    const running = this.handle(message)
      .catch(this.#dependencies.onDefect)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** What is taken so far is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /**
   * Resolves when all actions have what they get. llx's own messages are nobody's: a rule for `#` would invoke a function
   * for each message of its own invocation.
   *
   * @param republished how often what it was made of has been republished
   */
  async handle(
    published: PublishedMessage,
    republished = 0,
    origin: Origin = { topic: published.topic, made: 0 },
  ): Promise<void> {
    const { topic, payload, clientId, traceId } = published;
    if (topic.startsWith('$') || isOwnTopic(topic)) return;
    const found = [...this.#rules.values()].filter(
      ({ rule, statement }) => rule.isEnabled && matches(statement.from, topic),
    );
    if (found.length === 0) return;
    const { clock, actions } = this.#dependencies;
    const message: RuleMessage = {
      topic,
      payload,
      document: parsed(payload),
      clientId,
      at: clock.now(),
      account: this.scope.account,
    };
    for (const { rule, statement } of found) {
      if (clientId !== undefined && !this.#budget.take(rule.name, clientId, message.at)) continue;
      const selection = this.#select(rule, statement, message);
      if (selection === undefined) continue;
      await actions.carryOut(rule, {
        ...selection,
        message,
        traceId,
        mayRepublish: () => this.#mayRepublish(origin),
        republish: (next) => {
          if (republished >= MOST_REPUBLISHED)
            throw new RangeError(`a message is republished ${MOST_REPUBLISHED} times at most`);
          return this.handle({ ...next, traceId }, republished + 1, origin);
        },
      });
    }
  }

  #mayRepublish(origin: Origin): boolean {
    origin.made += 1;
    if (origin.made <= MOST_MADE) return true;
    if (origin.made === MOST_MADE + 1) {
      this.#dependencies.onNotice(
        `IoT rules have made ${MOST_MADE} messages of one of ${origin.topic}: no more of it is republished.`,
      );
    }
    return false;
  }

  /** A message can be as deep as no function of this process goes: the other rules get it all the same. */
  #select(rule: TopicRule, statement: SqlStatement, message: RuleMessage): Selection | undefined {
    try {
      return selectBytes(statement, message);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { onNotice } = this.#dependencies;
      onNotice(`The IoT rule ${rule.name} could not read a message of ${message.topic}: ${error.message}`);
      return undefined;
    }
  }

  /** What CDK could not resolve at synth stands in the SQL as it is: such a rule must not stop the others. */
  #holdConfigured(rule: TopicRule): void {
    try {
      this.#hold(rule);
      checkFilter(parseSql(rule.sql));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#rules.delete(rule.name);
      this.#dependencies.onNotice(
        `The IoT rule ${rule.name} of the configuration is not used: ${error.message}`,
      );
    }
  }

  #hold(rule: TopicRule): void {
    this.#rules.set(rule.name, { rule, statement: parseSql(rule.sql) });
  }
}

/** JSON, or undefined. */
function parsed(payload: Uint8Array): unknown {
  try {
    // A byte order mark is none of JSON's: functions would not read it, either.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch {
    // Bytes, or a text: a rule may still take it as it is.
    return undefined;
  }
}
