import type { InvocationResult } from '../../../runtime/invocation.ts';
import { type ApiServer, createApiServer } from '../../http/api-server.ts';
import { ServiceRouter } from '../../http/service-router.ts';
import { addServiceRoutes } from '../../http/service-routes.ts';
import type { IamConfig } from '../../identity/iam-config.ts';
import { Identities } from '../../identity/identities.ts';
import { RequestAccess } from '../../identity/request-access.ts';
import type { CallerLimitOptions } from '../../server/caller-limits.ts';
import { createExposure } from '../../server/exposure.ts';
import { TestClock, temporaryState } from '../../service.test-support.ts';
import { FunctionRegistry } from '../function-registry.ts';
import { FunctionPolicies } from '../functions/function-policies.ts';
import type { InvocationEvent } from '../invocation-event.ts';
import { type InvocationCall, type InvocationRun, InvocationService } from '../invocation-service.ts';
import { addInvokeRoute } from '../invoke-route.ts';
import { addInvokeStreamRoute } from '../invoke-stream-route.ts';
import { failed, succeeded } from '../lambda.test-support.ts';
import { lambdaService } from '../lambda-service.ts';
import { UrlDoor } from '../urls/url-door.ts';
import { urlOperations } from '../urls/url-operations.ts';
import { UrlTable } from '../urls/url-table.ts';
import { AsyncQueue } from './async-queue.ts';
import { ConcurrencySettings } from './concurrency-settings.ts';
import { invocationOperations } from './invocation-operations.ts';
import type { QueueMessage, QueueSender } from './queue-sender.ts';
import { RecursionSettings } from './recursion-settings.ts';

export const SCOPE = { account: '000000000000', region: 'us-east-1' };
export const START = Date.parse('2026-11-21T10:00:00.000Z');

export type TestHandler = (call: InvocationCall, run: InvocationRun) => Promise<InvocationResult>;

/** Queues that keep what they are sent. */
export class KeptMessages implements QueueSender {
  readonly sent: { readonly queueArn: string; readonly message: QueueMessage }[] = [];
  readonly queues = new Set<string>();
  #onSent: (() => void) | undefined;

  exists(queueArn: string): boolean {
    return this.queues.has(queueArn);
  }

  async send(queueArn: string, message: QueueMessage): Promise<void> {
    if (!this.exists(queueArn)) throw new Error(`there is no queue ${queueArn}`);
    this.sent.push({ queueArn, message });
    this.#onSent?.();
  }

  /** Resolves when so many messages have come. */
  async received(count: number): Promise<void> {
    while (this.sent.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onSent = resolve;
      await promise;
    }
  }
}

/** Lambda with functions that run in this process, at a port of its own; its time stands still. */
export class LambdaWorld {
  readonly clock = new TestClock(START);
  readonly state = temporaryState();
  readonly queues = new KeptMessages();
  readonly events: InvocationEvent[] = [];
  readonly notices: string[] = [];
  readonly defects: unknown[] = [];
  readonly calls: InvocationCall[] = [];
  readonly registry: FunctionRegistry;
  readonly service: InvocationService;
  readonly policies: FunctionPolicies;
  readonly urls: UrlTable;
  queue: AsyncQueue;
  endpoint = '';
  readonly #handlers = new Map<string, TestHandler>();
  readonly #api: ApiServer;
  readonly #callbacks = new Set<() => void>();

  private constructor(iam?: IamConfig, limits?: Partial<CallerLimitOptions>) {
    this.registry = new FunctionRegistry(SCOPE);
    this.service = new InvocationService({
      registry: this.registry,
      direct: (call, run) => this.#run(call, run),
      stubbed: () => Promise.reject(new Error('no function is stubbed here')),
      now: () => this.clock.now(),
      onEvent: (event) => {
        this.events.push(event);
        for (const callback of this.#callbacks) callback();
      },
    });
    this.policies = new FunctionPolicies(this.state);
    this.urls = new UrlTable(this.state);
    this.queue = this.newQueue();
    const functions = [{ name: 'orders' }];
    const identities = new Identities({ ...SCOPE, functions, ...(iam === undefined ? {} : { iam }) });
    const exposure = createExposure({ host: '127.0.0.1', ...(limits && { limits }) });
    const access = new RequestAccess(identities, exposure.limits);
    this.#api = createApiServer({
      host: '127.0.0.1',
      port: 0,
      exposure,
      onDefect: (error) => this.defects.push(error),
    });
    const now = (): number => this.clock.now();
    const { registry, queues, urls } = this;
    const operations = [
      invocationOperations({
        scope: SCOPE,
        registry,
        configs: this.queue.configs,
        queues,
        now,
        concurrency: new ConcurrencySettings(this.state, this.service.limits),
        recursion: new RecursionSettings(this.state, this.service.recursion),
      }),
      urlOperations({ scope: SCOPE, registry, urls, endpoint: () => this.endpoint, now }),
    ];
    const router = new ServiceRouter([lambdaService(...operations)], {
      access,
      onDefect: (error) => this.defects.push(error),
    });
    addInvokeRoute(this.#api.app, this.service, access);
    addInvokeStreamRoute(this.#api.app, this.service, access);
    const door = new UrlDoor({
      urls,
      service: this.service,
      identities,
      access,
      policies: this.policies,
      bodies: this.#api.bodies,
      region: SCOPE.region,
      functionNames: () => registry.configuredNames(),
      now,
    });
    addServiceRoutes(this.#api, async () => ({
      router,
      urls: door,
      metricsText: () => ({ contentType: 'text/plain', text: '' }),
    }));
  }

  /** @param limits what one caller may take; without, nobody is counted */
  static async open(iam?: IamConfig, limits?: Partial<CallerLimitOptions>): Promise<LambdaWorld> {
    const world = new LambdaWorld(iam, limits);
    world.endpoint = (await world.#api.listen()).url;
    return world;
  }

  /** As after a restart of the emulator: what is in the state, and nothing else. */
  newQueue(running?: { total: number; perFunction: number }): AsyncQueue {
    const { state, clock, service, queues } = this;
    const onNotice = (text: string): void => {
      this.notices.push(text);
      for (const callback of this.#callbacks) callback();
    };
    this.queue = new AsyncQueue({
      state,
      clock,
      service,
      queues,
      onNotice,
      onDefect: (error) => this.defects.push(error),
      ephemeral: true,
      ...(running === undefined ? {} : { running }),
    });
    service.attach(this.queue);
    return this.queue;
  }

  deploy(
    name: string,
    handler: TestHandler,
    settings: { readonly deadLetterArn?: string; readonly timeoutMs?: number } = {},
  ): string {
    const arn = this.registry.arnOf({ name, qualifier: undefined });
    const { timeoutMs = 3_000, ...rest } = settings;
    const spec = {
      name,
      arn,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutMs,
      memoryMb: 128,
      environment: {},
      root: '/',
      code: 'package',
    } as const;
    this.registry.add({ spec, stubbed: false, logGroupName: 'group', logStreamName: 'stream', ...rest });
    this.#handlers.set(name, handler);
    return arn;
  }

  /** Resolves when so many invocations have ended, and what followed from that has been done. */
  async ended(count: number): Promise<void> {
    await this.until(() => this.events.filter(({ type }) => type === 'ended').length >= count);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#callbacks.add(resolve);
      await promise;
      this.#callbacks.delete(resolve);
    }
    // What is done after an event, without waiting for anything else, has been done then.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.queue.close();
    await this.#api.close();
    await this.state.remove();
    if (this.defects.length > 0) throw new AggregateError(this.defects, 'the emulator has a defect');
  }

  async #run(call: InvocationCall, run: InvocationRun): Promise<InvocationResult> {
    this.calls.push(call);
    const handler = this.#handlers.get(call.resolved.deployed.spec.name);
    if (handler === undefined) throw new Error('expected a handler');
    return await handler(call, run);
  }
}

/** Answers the event. */
export const echo: TestHandler = async ({ event }) => succeeded(event);

export const fail: TestHandler = async () => ({
  ...failed('handler'),
  payload: Buffer.from('{"errorType":"Error","errorMessage":"no"}'),
});
