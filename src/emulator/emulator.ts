import { isLlxError } from '../errors/llx-error.ts';
import { DropCounter } from '../protocol/drops.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import type { BrokerIdentity } from './broker/authorization.ts';
import { type Broker, startBroker } from './broker/broker.ts';
import { addCodeRoute } from './code/code-route.ts';
import { SYSTEM_CLOCK } from './emulator-clock.ts';
import type { EmulatorOptions } from './emulator-options.ts';
import { type ApiServer, createApiServer } from './http/api-server.ts';
import { RequestBodies } from './http/request-body.ts';
import { addServiceRoutes } from './http/service-routes.ts';
import { addStateRoute, type EmulatorState } from './http/state-route.ts';
import { Identities } from './identity/identities.ts';
import { RequestAccess } from './identity/request-access.ts';
import { openAskedPorts } from './iot/asked-ports.ts';
import { addEndpointRoute } from './iot/endpoint-route.ts';
import type { IotPorts } from './iot/iot-ports.ts';
import { addPublishRoute } from './iot/publish-route.ts';
import { addRetainedRoute } from './iot/retained-route.ts';
import { FunctionRegistry } from './lambda/function-registry.ts';
import { InvocationService, type InvocationTarget } from './lambda/invocation-service.ts';
import { addInvokeRoute } from './lambda/invoke-route.ts';
import { addInvokeStreamRoute } from './lambda/invoke-stream-route.ts';
import { logStreamName } from './lambda/log-stream-name.ts';
import { runDeployed } from './lambda/run-deployed.ts';
import { deployedVariables, hostedEnvironment, type StubPlace } from './lambda/stub-environment.ts';
import { StubHost } from './lambda/stub-host/stub-host.ts';
import { runStubProcess } from './lambda/stub-process.ts';
import { LazyServices } from './lazy-services.ts';
import { InvocationLogs } from './logs/invocation-logs.ts';
import { InvocationMetrics } from './metrics/invocation-metrics.ts';
import { METRICS_QUERY } from './metrics/metrics-query.ts';
import { createExposure, isExposed } from './server/exposure.ts';
import { addHealthRoutes, type Readiness } from './server/health-routes.ts';
import { publicEndpoint } from './server/public-endpoint.ts';
import type { Services } from './services.ts';
import { addStsRoute } from './sts/sts-route.ts';

export type Emulator = EmulatorState & {
  readonly broker: Broker;
  readonly identities: Identities;
  /** What a worker of deployed code has beside its function's own variables. */
  environmentOf(spec: FunctionSpec): Readonly<Record<string, string>>;
  /**
   * Opens what was deployed through the API: by itself this happens when somebody first needs it. Gives the functions.
   *
   * @throws LlxError LLX_STATE_IN_USE, LLX_STATE_NEWER or LLX_STATE_DAMAGED
   */
  loadServices(): Promise<EmulatorState['functions']>;
  /** Connects the stubs of functions, by default all: after a session has taken its lanes, they know at once who holds them. */
  prepareStubs(functions?: readonly FunctionSpec[]): void;
  /** Takes no requests any more; resolves when those that have come are answered, and what runs has ended. */
  drain(): Promise<void>;
  close(): Promise<void>;
};

/** A client of the plain port, where there are users: policies would mean nothing otherwise. */
const NOBODY: BrokerIdentity = { name: 'a client without credentials', allows: () => false };

/** The small AWS in this process: Lambda's API on one port, an IoT broker on another, and the stubs beside it. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const direct = runDeployed(options.runtime);
  const host =
    options.stubs === 'host'
      ? new StubHost({
          hostFile: options.stubHostFile,
          stubFile: options.stubFile,
          deployed: direct,
          onDrop: (reason, detail) => options.onDrop('stub', reason, detail),
          onNotice: options.onNotice,
        })
      : undefined;
  try {
    return await open(options, direct, host);
  } catch (error) {
    await host?.close();
    throw error;
  }
}

async function open(
  options: EmulatorOptions,
  direct: InvocationTarget,
  host: StubHost | undefined,
): Promise<Emulator> {
  const drops = new DropCounter(({ reason, detail }) => options.onDrop('broker', reason, detail));
  const { account, region, quotas, runtime, stubFile, clock = SYSTEM_CLOCK, onNotice, onCall } = options;
  const developmentKey = hasDevelopmentKey(options);
  const exposure = createExposure(options);
  const { isExposed: exposed } = exposure;
  const now = (): Date => new Date(clock.now());
  const identities = new Identities({ ...options, developmentKey, isExposed: exposed, now });
  const broker = await startBroker({
    // Who connects to it needs no key: where there are keys, it is for programs on this machine.
    host: exposure.isExposed && !developmentKey ? '127.0.0.1' : options.host,
    port: options.mqttPort,
    drops,
    ...(quotas === undefined ? {} : { quotas }),
    ...(options.plainMqtt === false ? { plain: NOBODY } : {}),
  });
  if (onCall !== undefined) {
    broker.observe(({ clientId: _, isRepublished: __, ...message }) =>
      onCall({ type: 'publish', ...message }),
    );
  }
  const onDefect = (error: unknown): void => onNotice(problemText(error));
  const bodies = new RequestBodies({ mostBytes: options.mostBodyBytes });
  const api = createApiServer({ ...options, exposure, bodies, onDefect });
  let ports: IotPorts | undefined;
  const place = (): StubPlace => ({
    mqttUrl: broker.url,
    ...(ports?.endpoint === undefined
      ? {}
      : { iot: { endpoint: ports.endpoint, caFile: ports.addresses.ca } }),
  });
  const registry = createRegistry(options, () => services.load());
  const opened = Promise.withResolvers<void>();
  const stubbed = host?.invoke ?? runStubProcess({ runtime, stubFile, place });
  const service = new InvocationService({
    registry,
    direct,
    stubbed: afterOpening(stubbed, opened.promise),
    loadAsync: () => services.load(),
    localInitMs: options.localInitMs,
    onEvent: options.onInvocation,
    now: () => clock.now(),
  });
  const access = new RequestAccess(identities, exposure.limits);
  const functions = options.functions.map(({ name, arn }) => ({ name, arn }));
  const state = {
    endpoint: '',
    mqtt: broker.url,
    account,
    region,
    access: developmentKey ? ('open' as const) : ('closed' as const),
    ...(options.domain === undefined ? {} : { domain: options.domain }),
    functions,
  };
  let readiness: Readiness = 'starting';
  const logs = new InvocationLogs({ clock, drops, redact: options.redact });
  const metrics = new InvocationMetrics({ clock, drops });
  let deployedNames: () => readonly string[] = () => [];
  const services = new LazyServices({
    clock,
    onProblem: onDefect,
    async open(): Promise<Services> {
      const { openServices } = await import('./services.ts');
      const opened = openServices({
        scope: { account, region },
        place: options.state,
        ...(options.apis === undefined ? {} : { apis: options.apis }),
        broker,
        topicRules: options.topicRules ?? [],
        clock,
        identities,
        access,
        bodies: api.bodies,
        invocations: service,
        logs,
        metrics,
        drops,
        endpoint: () => publicEndpoint(state.endpoint, options.domain),
        domain: options.domain,
        isExposed: exposure.isExposed,
        forget: (functionArn) => runtime.forget?.(functionArn),
        onCall,
        onNotice,
        onDefect,
      });
      deployedNames = opened.functionNames;
      return opened;
    },
  });
  for (const { observe } of [logs, metrics, services]) service.observe(observe);
  const deployed = (): EmulatorState['functions'] =>
    deployedNames().map((name) => ({ name, arn: registry.arnOf({ name, qualifier: undefined }) }));
  addInvokeRoute(api.app, service, access, onCall);
  addInvokeStreamRoute(api.app, service, access, onCall);
  addStsRoute(
    api.app,
    identities,
    async (request, reply) => (await services.load()).router.answer(request, reply),
    [METRICS_QUERY.version],
    access,
  );
  const dataPlane = { access, arnPrefix: `arn:aws:iot:${region}:${account}` };
  addRetainedRoute(api.app, broker, dataPlane);
  addPublishRoute(api.app, broker, dataPlane);
  addEndpointRoute(
    api.app,
    () => ports?.endpoint,
    (request) => access.authorize(request, { service: 'iot', action: 'iot:DescribeEndpoint', resource: '*' }),
  );
  addHealthRoutes(api.app, () => readiness);
  addStateRoute(api.app, () => ({
    ...state,
    // Whoever knows no key is told no names.
    functions: exposure.isExposed ? [] : [...functions, ...deployed()],
  }));
  addCodeRoute(api.app, async () => (await services.load()).downloads);
  addServiceRoutes(api, () => services.load(), exposure);
  try {
    state.endpoint = (await api.listen()).url;
    ports = await openAskedPorts({ ...options, hosts: exposure.hosts }, { broker, identities, api, drops });
  } catch (error) {
    await Promise.all([api.close(), broker.close()]);
    throw error;
  }
  Object.assign(state, ports?.addresses);
  host?.connect({
    endpoint: state.endpoint,
    paced: quotas !== undefined && quotas.name !== 'none',
    environmentOf: hostedEnvironment({ identities, place, onNotice }),
  });
  opened.resolve();
  if (!exposure.isExposed) readiness = 'ready';
  let closing: Promise<void> | undefined;
  return {
    ...state,
    broker,
    identities,
    environmentOf(spec) {
      const log = registry.lookup({ name: spec.name, qualifier: spec.version })?.deployed;
      return deployedVariables(identities, spec, { endpoint: state.endpoint, log, iot: place().iot });
    },
    async loadServices() {
      await services.load();
      readiness = 'ready';
      return deployed();
    },
    prepareStubs: (functions = options.functions) => host?.prepare(functions),
    async drain() {
      readiness = 'draining';
      await Promise.all([api.drain(), services.drain(), service.settled()]);
    },
    close() {
      closing ??= closeAll({ service, services, host, api, broker, ports });
      return closing;
    },
  };
}

/** Beyond this machine a key that everybody knows would open it to everybody. */
function hasDevelopmentKey(options: EmulatorOptions): boolean {
  return options.developmentKey ?? (options.iam?.users === undefined && !isExposed(options));
}

/** What a user can mend, as it is; of a defect of ours what finds it: its first line and where it was. */
function problemText(error: unknown): string {
  if (isLlxError(error)) return `${error.code}: ${error.message}; ${error.mend}`;
  const text =
    error instanceof Error ? (error.stack ?? error.message).split('\n', 3).join(' ') : String(error);
  return `The emulator failed: ${text}`;
}

/** The first port to open may be called before the last: a stub has to know where its broker is. */
function afterOpening(target: InvocationTarget, opened: Promise<void>): InvocationTarget {
  let open = false;
  void opened.then(() => {
    open = true;
  });
  return (call, run) => (open ? target(call, run) : opened.then(() => target(call, run)));
}

async function closeAll(parts: {
  readonly service: InvocationService;
  readonly services: LazyServices;
  readonly host: StubHost | undefined;
  readonly api: ApiServer;
  readonly broker: Broker;
  readonly ports: IotPorts | undefined;
}): Promise<void> {
  // Callers first get their answers, then the connections end.
  await Promise.all([parts.service.close(), parts.host?.close()]);
  await parts.services.close();
  await parts.api.close();
  await parts.broker.close();
  await parts.ports?.close();
}

function createRegistry(options: EmulatorOptions, load: () => Promise<unknown>): FunctionRegistry {
  const registry = new FunctionRegistry(options, load);
  const { clock = SYSTEM_CLOCK } = options;
  for (const spec of options.functions) {
    registry.add({
      spec,
      stubbed: options.stubs !== 'none',
      logGroupName: `/aws/lambda/${spec.name}`,
      logStreamName: logStreamName('$LATEST', clock.now()),
    });
  }
  return registry;
}
