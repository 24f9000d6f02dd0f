import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import type { MessageListener, ObservedMessage } from '../broker/messages.ts';
import type { IamConfig } from '../identity/iam-config.ts';
import type { ConfiguredTopicRule } from '../iot/rules/topic-rule.ts';
import { LambdaWorld, SCOPE } from '../lambda/invocations/invocations.test-support.ts';
import { openServicePort } from '../service-port.test-support.ts';
import { type Events, openEvents } from './open-events.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/scheduler';

/** Schedules and rules over functions that run in this process, at a time that tests move, with AWS's own clients. */
export class EventsWorld {
  readonly lambda: LambdaWorld;
  readonly notices: string[] = [];
  readonly defects: unknown[] = [];
  /** Of each flexible time window, where in it a run begins. */
  random = 0;
  /** What rules have published. */
  readonly published: { readonly topic: string; readonly payload: string }[] = [];
  topicRules: readonly ConfiguredTopicRule[] = [];
  readonly #listeners = new Set<MessageListener>();
  readonly #clients: { destroy(): void }[] = [];
  readonly #onNotice = new Set<() => void>();
  #events: Events;
  #port: { readonly endpoint: string; close(): Promise<void> } | undefined;

  readonly #iam: IamConfig | undefined;

  private constructor(lambda: LambdaWorld, iam: IamConfig | undefined) {
    this.#iam = iam;
    this.lambda = lambda;
    this.#events = this.#open();
  }

  static async open(iam?: IamConfig): Promise<EventsWorld> {
    const world = new EventsWorld(await LambdaWorld.open(iam), iam);
    await world.#start();
    return world;
  }

  /** A client of this world's present port. */
  client<Client extends { destroy(): void }>(
    Type: new (settings: {
      endpoint: string;
      region: string;
      credentials: AwsCredentials;
      maxAttempts: number;
    }) => Client,
    credentials: AwsCredentials = DEVELOPMENT_KEY,
  ): Client {
    const client = new Type({
      endpoint: this.#port?.endpoint ?? '',
      region: SCOPE.region,
      credentials,
      maxAttempts: 1,
    });
    this.#clients.push(client);
    return client;
  }

  scheduler(): SchedulerClient {
    return this.client(SchedulerClient);
  }

  /** The events of all invocations so far, parsed. */
  received(): readonly unknown[] {
    return this.lambda.calls.map(({ event }) => JSON.parse(Buffer.from(event).toString()));
  }

  /** What waits for nothing but its turn has had it. */
  async settled(): Promise<void> {
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Somebody publishes. */
  message(message: ObservedMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  functionDeleted(name: string): void {
    this.lambda.queue.functionDeleted(name);
    this.#events.functionDeleted();
  }

  queueArn(name: string): string {
    const arn = `arn:aws:sqs:${SCOPE.region}:${SCOPE.account}:${name}`;
    this.lambda.queues.queues.add(arn);
    return arn;
  }

  /** Resolves when somebody was told of it. */
  async noticed(text: string): Promise<void> {
    while (!this.notices.some((notice) => notice.includes(text))) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onNotice.add(resolve);
      await promise;
    }
  }

  /** The emulator ends; `meanwhile` passes; another begins with what it left. */
  async restart(meanwhileMs = 0): Promise<void> {
    await this.#stop();
    this.lambda.clock.advance(meanwhileMs);
    this.lambda.newQueue();
    this.#events = this.#open();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.lambda.close();
    if (this.defects.length > 0) throw new AggregateError(this.defects, 'events have a defect');
  }

  #open(): Events {
    const { state, clock, service, queue, queues } = this.lambda;
    return openEvents({
      state,
      clock,
      scope: SCOPE,
      invocations: service,
      asyncQueue: queue,
      queues,
      topicRules: this.topicRules,
      broker: {
        observe: (listener) => {
          this.#listeners.add(listener);
          return () => void this.#listeners.delete(listener);
        },
        publish: async ({ topic, payload }, cause = {}) => {
          this.published.push({ topic, payload: Buffer.from(payload).toString() });
          this.message({ topic, payload, ...cause });
        },
      },
      random: () => this.random,
      onNotice: (text) => {
        this.notices.push(text);
        for (const callback of this.#onNotice) callback();
      },
      onDefect: (error) => void this.defects.push(error),
    });
  }

  async #start(): Promise<void> {
    this.#port = await openServicePort(this.#events.services, undefined, this.#iam);
    this.lambda.queue.start();
    this.#events.start();
  }

  async #stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.destroy();
    await this.#port?.close();
    await Promise.all([this.#events.close(), this.lambda.queue.close()]);
  }
}
