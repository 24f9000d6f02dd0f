import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlxError } from '../errors/llx-error.ts';
import type { DropCounter } from '../protocol/drops.ts';
import type { CallListener } from './call-event.ts';
import type { CodeDownloads } from './code/code-route.ts';
import type { EmulatorClock } from './emulator-clock.ts';
import { type MessageBroker, openEvents } from './events/open-events.ts';
import type { ApiDefinition } from './gateway/api-definition.ts';
import { openGateway } from './gateway/open-gateway.ts';
import type { RequestBodies } from './http/request-body.ts';
import { ServiceRouter } from './http/service-router.ts';
import type { LoadedServices } from './http/service-routes.ts';
import type { Identities } from './identity/identities.ts';
import type { RequestAccess } from './identity/request-access.ts';
import type { ConfiguredTopicRule } from './iot/rules/topic-rule.ts';
import { FunctionPolicies } from './lambda/functions/function-policies.ts';
import { openFunctions } from './lambda/functions/open-functions.ts';
import type { InvocationService } from './lambda/invocation-service.ts';
import { AsyncQueue } from './lambda/invocations/async-queue.ts';
import { ConcurrencySettings } from './lambda/invocations/concurrency-settings.ts';
import { invocationOperations } from './lambda/invocations/invocation-operations.ts';
import { RecursionSettings } from './lambda/invocations/recursion-settings.ts';
import { lambdaService } from './lambda/lambda-service.ts';
import { UrlDoor } from './lambda/urls/url-door.ts';
import { urlOperations } from './lambda/urls/url-operations.ts';
import { UrlTable } from './lambda/urls/url-table.ts';
import type { InvocationLogs } from './logs/invocation-logs.ts';
import { LogStore } from './logs/log-store.ts';
import { logsService } from './logs/logs-service.ts';
import { mappingOperations } from './mappings/mapping-operations.ts';
import { Mappings } from './mappings/mappings.ts';
import type { InvocationMetrics } from './metrics/invocation-metrics.ts';
import { MetricStore } from './metrics/metric-store.ts';
import { metricsService } from './metrics/metrics-service.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from './metrics/prometheus-text.ts';
import { MoveTasks } from './sqs/move-tasks.ts';
import { Queues } from './sqs/queues.ts';
import { sqsService } from './sqs/sqs-service.ts';
import { openState, stateFile } from './state/open-state.ts';
import type { State } from './state/state.ts';
import { stateError } from './state/state-error.ts';

/** Where what is deployed is kept. */
export type StatePlace = {
  /** Absolute: `<project>/.llx/emulator`. */
  readonly directory: string;
  /** Nothing is kept beyond this process. @default false */
  readonly ephemeral?: boolean;
  /** When another emulator uses it: fail, or go on without keeping anything. @default fail */
  readonly inUse?: 'fail' | 'ephemeral';
};

/** What the services stand on: all that an emulator needs to invoke the functions of its configuration. */
export type ServicesCore = {
  readonly scope: { readonly account: string; readonly region: string };
  /** Absent: ephemeral. */
  readonly place: StatePlace | undefined;
  readonly clock: EmulatorClock;
  /** Of which IoT rules hear, and to which they publish. */
  readonly broker: MessageBroker;
  /** IoT rules of the configuration. */
  readonly topicRules: readonly ConfiguredTopicRule[];
  readonly identities: Identities;
  readonly access: RequestAccess;
  /** Reads the requests to function URLs. */
  readonly bodies: RequestBodies;
  readonly invocations: InvocationService;
  readonly logs: InvocationLogs;
  readonly metrics: InvocationMetrics;
  /** Of the project. @default none */
  readonly apis?: readonly ApiDefinition[];
  /** What the emulator has thrown away. */
  readonly drops: DropCounter;
  /** `http://127.0.0.1:4566`; of a server with a domain, `https://example.org` */
  readonly endpoint: () => string;
  /** `example.org`: APIs are at `shop.execute-api.example.org`, behind a proxy with TLS. */
  readonly domain?: string | undefined;
  /** The workers of a function are of no use any more. */
  readonly forget: (functionArn: string) => void;
  /** Hears of what clients cause. */
  readonly onCall?: CallListener | undefined;
  /** Others than this machine can reach the emulator. @default false */
  readonly isExposed?: boolean;
  readonly onNotice: (text: string) => void;
  readonly onDefect: (error: unknown) => void;
};

export type Services = LoadedServices & {
  readonly router: ServiceRouter;
  readonly downloads: CodeDownloads;
  /** Names of the functions that were deployed through the API. */
  readonly functionNames: () => readonly string[];
  /** Takes nothing more from queues, neither SQS's nor that of asynchronous invocations; resolves when what was taken has ended. Clients of WebSocket APIs are sent away. Idempotent. */
  drain(): Promise<void>;
  /** Ends what runs for queues and retries, then closes the state. Idempotent. */
  close(): Promise<void>;
};

/**
 * Everything but Invoke: opens the state and composes what works on it. Loaded only when it is needed.
 *
 * @throws LlxError LLX_STATE_IN_USE, LLX_STATE_NEWER or LLX_STATE_DAMAGED
 */
export function openServices(core: ServicesCore): Services {
  const place = openPlace(core);
  try {
    const services = composeServices(core, place);
    // What everybody reads first: where it is damaged, that is told now.
    services.functionNames();
    return services;
  } catch (error) {
    // Or the next try would find it in use, by this very process.
    place.state.close();
    place.remove();
    const { directory } = place.state;
    throw stateError(error, { directory, file: stateFile(directory) });
  }
}

function composeServices(core: ServicesCore, { state, ephemeral, remove }: OpenPlace): Services {
  const { scope, clock, access, invocations, onNotice } = core;
  const queues = new Queues({ state, scope, clock });
  const moveTasks = new MoveTasks({ state, queues, clock });
  const logStore = new LogStore({ state, clock });
  const metricStore = new MetricStore({ state, clock });
  const { registry } = invocations;
  const queue = new AsyncQueue({
    state,
    clock,
    service: invocations,
    queues,
    onNotice,
    onDefect: core.onDefect,
    ephemeral,
  });
  const concurrency = new ConcurrencySettings(state, invocations.limits);
  const recursion = new RecursionSettings(state, invocations.recursion);
  const deployed = openFunctions({
    state,
    scope,
    clock,
    registry,
    identities: core.identities,
    endpoint: core.endpoint,
    concurrency: invocations.limits,
    takesDirectories: core.isExposed !== true,
    onNotice,
  });
  const { functions } = deployed;
  const mappings = new Mappings({
    state,
    scope,
    clock,
    queues,
    functions: { resolve: (reference) => registry.lookup(reference) },
    invoke: (call) => invocations.invoke(call),
    onNotice,
  });
  const events = openEvents({ ...core, state, queues, asyncQueue: queue });
  const urls = new UrlTable(state);
  const door = new UrlDoor({
    urls,
    service: invocations,
    identities: core.identities,
    access,
    policies: new FunctionPolicies(state),
    bodies: core.bodies,
    region: scope.region,
    functionNames: () => [...registry.configuredNames(), ...functions.names()],
    now: () => clock.now(),
  });
  const gateway = openGateway({
    ...core,
    state,
    service: invocations,
    configured: core.apis ?? [],
  });
  registry.attach(functions);
  invocations.attach(queue);
  core.logs.attach(logStore);
  core.metrics.attach(metricStore);
  const router = new ServiceRouter(
    [
      lambdaService(
        deployed.operations,
        invocationOperations({
          scope,
          registry,
          configs: queue.configs,
          queues,
          now: () => clock.now(),
          concurrency,
          recursion,
        }),
        urlOperations({
          scope,
          registry,
          urls,
          endpoint: core.endpoint,
          now: () => clock.now(),
        }),
        mappingOperations({ mappings }),
      ),
      sqsService({ queues, moveTasks, endpoint: core.endpoint, onCall: core.onCall }),
      logsService({ store: logStore, clock, scope, flush: () => core.logs.flush() }),
      gateway.service,
      metricsService({ store: metricStore, clock, flush: () => core.metrics.flush() }),
      ...events.services,
    ],
    { access, onDefect: core.onDefect },
  );
  functions.onDeleted((name) => {
    mappings.functionDeleted(name);
    queue.functionDeleted(name);
    events.functionDeleted();
    concurrency.delete(name);
    recursion.functionDeleted(name);
    core.identities.forgetFunction(name);
    core.forget(functions.arnOf(name));
  });
  functions.onChanged((name) => core.forget(functions.arnOf(name)));
  queue.start();
  mappings.start();
  events.start();
  // What schedules and rules begin meanwhile is put into the queue, and runs after the restart.
  const stopQueues = async (): Promise<void> => {
    await Promise.all([mappings.close(), queue.close()]);
  };
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    gateway.close();
    await Promise.all([stopQueues(), events.close()]);
    deployed.close();
    moveTasks.close();
    queues.close();
    core.logs.close();
    core.metrics.close();
    logStore.close();
    metricStore.close();
    state.close();
    remove();
  };
  return {
    router,
    urls: door,
    gateway: gateway.door,
    metricsText: () => ({
      contentType: PROMETHEUS_CONTENT_TYPE,
      text: prometheusText({
        invocations: core.metrics,
        queues: queues.depths(),
        drops: core.drops.counts(),
      }),
    }),
    downloads: deployed,
    functionNames: () => functions.names(),
    async drain() {
      await Promise.all([stopQueues(), gateway.drain()]);
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

type OpenPlace = {
  readonly state: State;
  readonly ephemeral: boolean;
  /** After it is closed. */
  readonly remove: () => void;
};

function openPlace({ place, onNotice }: ServicesCore): OpenPlace {
  if (place === undefined || place.ephemeral === true) return openEphemeral();
  try {
    return { state: openState({ directory: place.directory }), ephemeral: false, remove: () => undefined };
  } catch (error) {
    const inUse = error instanceof LlxError && error.code === 'LLX_STATE_IN_USE';
    if (!inUse || place.inUse !== 'ephemeral') throw error;
    onNotice(
      `Another emulator uses ${place.directory}: what is deployed here is gone when this process ends.`,
    );
    return openEphemeral();
  }
}

function openEphemeral(): OpenPlace {
  const directory = mkdtempSync(join(tmpdir(), 'llx-emulator-'));
  return {
    state: openState({ directory, ephemeral: true }),
    ephemeral: true,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
