import type { Broker } from '../broker/broker.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiService } from '../http/api-operation.ts';
import { iotService } from '../iot/iot-service.ts';
import { RuleActions } from '../iot/rules/rule-actions.ts';
import type { ConfiguredTopicRule, TopicRule } from '../iot/rules/topic-rule.ts';
import { topicRuleOperations } from '../iot/rules/topic-rule-operations.ts';
import { TopicRules } from '../iot/rules/topic-rules.ts';
import type { FunctionScope } from '../lambda/function-name.ts';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import type { InvocationService } from '../lambda/invocation-service.ts';
import type { AsyncQueue } from '../lambda/invocations/async-queue.ts';
import type { QueueSender } from '../lambda/invocations/queue-sender.ts';
import { ScheduleGroups } from '../scheduler/schedule-groups.ts';
import { schedulerService } from '../scheduler/scheduler-service.ts';
import { Schedules } from '../scheduler/schedules.ts';
import { Timetable } from '../scheduler/timetable.ts';
import type { State } from '../state/state.ts';
import { EventBuses } from './event-buses.ts';
import { eventsService } from './events-service.ts';
import { RuleDelivery } from './rule-delivery.ts';
import { Rules } from './rules.ts';
import { Targets } from './targets.ts';

export type EventsDependencies = {
  readonly state: State;
  readonly scope: FunctionScope;
  readonly clock: EmulatorClock;
  readonly invocations: InvocationService;
  readonly asyncQueue: AsyncQueue;
  readonly queues: QueueSender;
  readonly broker: MessageBroker;
  readonly topicRules: readonly ConfiguredTopicRule[];
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
  readonly onNotice: (text: string) => void;
  readonly onDefect: (error: unknown) => void;
};

/** The broker, as rules need it. */
export type MessageBroker = Pick<Broker, 'publish' | 'observe'>;

/** What invokes functions by itself. */
export type Events = {
  readonly services: readonly ApiService[];
  /** Schedules go on where an earlier run of the emulator left them. */
  start(): void;
  functionDeleted(): void;
  /** Idempotent. */
  close(): Promise<void>;
};

/** Schedules, EventBridge's rules, and those of IoT. */
export function openEvents(dependencies: EventsDependencies): Events {
  const { state, scope, clock, invocations, asyncQueue, queues, broker, onNotice } = dependencies;
  const now = (): number => clock.now();
  const targets = new Targets({
    registry: invocations.registry,
    queues,
    invokeLater: (event) => invocations.invokeLater(event),
  });
  const timetable = new Timetable({
    ...dependencies,
    isPending: (requestId) => asyncQueue.isPending(requestId),
  });
  const stopListening = asyncQueue.onEnded((requestId) => timetable.ended(requestId));
  const groups = new ScheduleGroups({ state, clock });
  const schedules = new Schedules({ state, scope, clock, timetable, targets, queues, onNotice });
  const buses = new EventBuses(state);
  const delivery = new RuleDelivery({ scope, targets, queues, now, onNotice });
  const rules = new Rules({ state, scope, clock, timetable, delivery });
  const topicRules = new TopicRules({
    ...dependencies,
    actions: new RuleActions({
      scope,
      targets,
      queues,
      publish: (topic, payload, qos) =>
        broker.publish({ topic, payload, qos, retain: false }, { isRepublished: true }),
      onNotice,
    }),
    configured: dependencies.topicRules.map((rule) => configuredRule(rule, invocations.registry)),
  });
  const stopObserving = broker.observe((message) => {
    if (message.isRepublished !== true) topicRules.take(message);
  });
  return {
    services: [
      schedulerService({ schedules, groups, now, targets }),
      eventsService({ rules, buses, now, targets }),
      iotService(topicRuleOperations({ rules: topicRules, targets, now })),
    ],
    start: () => timetable.start(),
    functionDeleted: () => timetable.functionDeleted(),
    async close() {
      stopListening();
      stopObserving();
      await topicRules.settled();
      await timetable.close();
    },
  };
}

function configuredRule(
  { name, sql, functionName }: ConfiguredTopicRule,
  registry: FunctionRegistry,
): TopicRule {
  const functionArn = registry.arnOf({ name: functionName, qualifier: undefined });
  return {
    name,
    sql,
    description: undefined,
    actions: [{ type: 'lambda', functionArn }],
    errorAction: undefined,
    isEnabled: true,
    createdAt: 0,
    isConfigured: true,
  };
}
