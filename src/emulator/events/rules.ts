import type { EmulatorClock } from '../emulator-clock.ts';
import type { FunctionScope } from '../lambda/function-name.ts';
import type { Matcher } from '../mappings/event-pattern.ts';
import { readRunPolicy } from '../scheduler/run-policy.ts';
import { secondsIso } from '../scheduler/schedule-event.ts';
import type { Timetable } from '../scheduler/timetable.ts';
import type { TimetableEntry } from '../scheduler/timetable-entry.ts';
import { jsonOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { BusEvent } from './bus-event.ts';
import { notFound } from './events-errors.ts';
import { type Rule, type RuleSettings, type RuleTarget, ruleArn, ruleKey, ruleTimes } from './rule.ts';
import type { RuleDelivery } from './rule-delivery.ts';
import { readPattern } from './rule-request.ts';
import { isFunctionArn } from './targets.ts';

export type RulesDependencies = {
  readonly state: State;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  readonly timetable: Timetable;
  readonly delivery: RuleDelivery;
};

type Held = { readonly rule: Rule; readonly matches: Matcher };

const DAY_MS = 86_400_000;

/** EventBridge's rules, with their targets: by what is on a bus, or at their times. */
export class Rules {
  readonly scope: FunctionScope;
  readonly #dependencies: RulesDependencies;
  readonly #rules = new Map<string, Held>();

  constructor(dependencies: RulesDependencies) {
    this.scope = dependencies.scope;
    this.#dependencies = dependencies;
    for (const row of dependencies.state.statement('SELECT settings FROM event_rules').all()) {
      const rule = jsonOf<Rule>(row, 'settings');
      this.#hold(rule);
      const entry = this.#entryOf(rule);
      if (entry !== undefined) dependencies.timetable.restore(entry);
    }
  }

  /** Of a bus, in the order of their names. */
  list(bus: string): readonly Rule[] {
    const rules = [...this.#rules.values()].map(({ rule }) => rule).filter((rule) => rule.bus === bus);
    return rules.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(bus: string, name: string): Rule | undefined {
    return this.#rules.get(ruleKey({ bus, name }))?.rule;
  }

  /** @throws AwsError 400 ResourceNotFoundException */
  get(bus: string, name: string): Rule {
    const rule = this.find(bus, name);
    if (rule === undefined) throw notFound(`Rule ${name}`);
    return rule;
  }

  /** Makes one, or sets all of one but its targets and tags. */
  put(bus: string, name: string, settings: RuleSettings, tags: Rule['tags']): Rule {
    const before = this.find(bus, name);
    const now = this.#dependencies.clock.now();
    return this.#write({
      ...settings,
      bus,
      name,
      targets: before?.targets ?? [],
      tags: before?.tags ?? tags,
      scheduledFrom: before?.schedule === settings.schedule ? (before?.scheduledFrom ?? now) : now,
    });
  }

  /** @throws AwsError 400 ResourceNotFoundException */
  change(bus: string, name: string, changes: Partial<Pick<Rule, 'isEnabled' | 'targets' | 'tags'>>): Rule {
    const rule = { ...this.get(bus, name), ...changes };
    if (changes.isEnabled !== undefined || changes.targets !== undefined) return this.#write(rule);
    // Tags change nothing of its runs.
    this.#keep(rule);
    return rule;
  }

  remove(bus: string, name: string): void {
    const key = ruleKey({ bus, name });
    this.#dependencies.state.statement('DELETE FROM event_rules WHERE bus = ? AND name = ?').run(bus, name);
    this.#dependencies.timetable.delete(key);
    this.#rules.delete(key);
  }

  /** Takes an event to the targets of each rule that it fits. Rejects only where the state refuses it. */
  async publish(bus: string, event: BusEvent, traceId: string | undefined): Promise<void> {
    for (const { rule, matches } of this.#rules.values()) {
      if (rule.bus === bus && rule.isEnabled && matches(event)) {
        await this.#dependencies.delivery.deliver(rule, event, { traceId });
      }
    }
  }

  #write(rule: Rule): Rule {
    const { timetable } = this.#dependencies;
    this.#keep(rule);
    const entry = this.#entryOf(rule);
    if (entry === undefined) timetable.delete(ruleKey(rule));
    else timetable.set(entry);
    return rule;
  }

  #keep(rule: Rule): void {
    this.#dependencies.state
      .statement('INSERT OR REPLACE INTO event_rules (bus, name, settings) VALUES (?, ?, ?)')
      .run(rule.bus, rule.name, JSON.stringify(rule));
    this.#hold(rule);
  }

  #hold(rule: Rule): void {
    const matches = rule.pattern === undefined ? () => false : readPattern(rule.pattern);
    this.#rules.set(ruleKey(rule), { rule, matches });
  }

  #entryOf(rule: Rule): TimetableEntry | undefined {
    const { schedule, scheduledFrom, isEnabled, targets, description } = rule;
    if (schedule === undefined || !isEnabled || targets.length === 0) return undefined;
    const { delivery } = this.#dependencies;
    return {
      key: ruleKey(rule),
      expression: ruleTimes(schedule, scheduledFrom),
      policy: readRunPolicy(description),
      isFollowed: isOneFunction(targets),
      windowMs: 0,
      maximumAgeMs: DAY_MS,
      // Each target has its own dead letters: the delivery never fails as a whole.
      maximumRetries: 0,
      deliver: (run) =>
        delivery.deliver(rule, this.#scheduledEvent(rule, run.executionId, run.scheduledAt), {
          executionId: run.executionId,
        }),
      giveUp: () => Promise.resolve(),
      completed: () => undefined,
    };
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
  #scheduledEvent({ bus, name }: Rule, id: string, at: number): BusEvent {
    const { region, account } = this.scope;
    return {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account,
      time: secondsIso(at),
      region,
      resources: [ruleArn(this.scope, bus, name)],
      detail: {},
    };
  }
}

function isOneFunction(targets: readonly RuleTarget[]): boolean {
  const [target, ...others] = targets;
  return target !== undefined && others.length === 0 && isFunctionArn(target.arn);
}
