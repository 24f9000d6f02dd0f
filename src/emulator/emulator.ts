import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DropCounter } from '../protocol/drops.ts';
import { QUOTA_PROFILES, type QuotaProfile } from '../protocol/quota-profile.ts';
import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import type { AwsCredentials } from '../signature/credentials.ts';
import type { BrokerIdentity } from './broker/authorization.ts';
import { type Broker, startBroker } from './broker/broker.ts';
import { type ApiServer, createApiServer } from './http/api-server.ts';
import { addStateRoute, type EmulatorState } from './http/state-route.ts';
import type { IamConfig } from './identity/iam-config.ts';
import { Identities } from './identity/identities.ts';
import type { Principal } from './identity/principal.ts';
import { RequestAccess } from './identity/request-access.ts';
import { addEndpointRoute } from './iot/endpoint-route.ts';
import type { IotPorts } from './iot/iot-ports.ts';
import { addRetainedRoute } from './iot/retained-route.ts';
import { FunctionRegistry } from './lambda/function-registry.ts';
import { addGetFunctionRoute } from './lambda/get-function-route.ts';
import {
  type InvocationEvent,
  InvocationService,
  type InvocationTarget,
} from './lambda/invocation-service.ts';
import { addInvokeRoute } from './lambda/invoke-route.ts';
import { runDeployed } from './lambda/run-deployed.ts';
import { deployedVariables, hostedEnvironment, type StubPlace } from './lambda/stub-environment.ts';
import { StubHost } from './lambda/stub-host/stub-host.ts';
import { runStubProcess } from './lambda/stub-process.ts';
import { addStsRoute } from './sts/sts-route.ts';

export type EmulatorOptions = {
  readonly host: string;
  /** 0 is a free one. */
  readonly port: number;
  readonly mqttPort: number;
  /** MQTT over WebSocket with SigV4, and IoT's data plane over HTTPS. 0 is a free one; absent: not opened. */
  readonly wssPort?: number;
  /** MQTT with client certificates. 0 is a free one; absent: not opened. */
  readonly mtlsPort?: number;
  /** Where the CA, the server's and the client's certificate are kept. @default .llx/certificates */
  readonly certificateDirectory?: string;
  /** What the broker allows a connection. @default none */
  readonly quotas?: QuotaProfile;
  /** Whether clients without an identity may use the plain MQTT port. @default true */
  readonly plainMqtt?: boolean;
  /** Who exists. @default everybody is the account's root */
  readonly iam?: IamConfig;
  readonly region: string;
  readonly account: string;
  /** What is deployed: runs when nobody holds the lane of a function. */
  readonly functions: readonly (FunctionSpec & { readonly role?: string })[];
  /** Runs deployed code. Closed by whoever made it. */
  readonly runtime: Runtime;
  readonly stubFile: string;
  readonly stubHostFile: string;
  /**
   * Where the stubs run: all in one host process; each execution environment in its own, as on AWS (the functions
   * must be packages); or nowhere, so that every function is only what is deployed.
   */
  readonly stubs: 'host' | 'process' | 'none';
  readonly onDrop: (process: 'stub' | 'broker', reason: string, detail: string) => void;
  readonly onNotice: (text: string) => void;
  readonly onInvocation?: (event: InvocationEvent) => void;
  /** STS gave somebody keys. */
  readonly onIssue?: (credentials: AwsCredentials) => void;
  readonly now?: () => Date;
};

export type Emulator = EmulatorState & {
  readonly broker: Broker;
  readonly identities: Identities;
  /** What a worker of deployed code has beside its function's own variables. */
  environmentOf(spec: FunctionSpec): Readonly<Record<string, string>>;
  /** Connects the stubs of all functions: after a session has taken its lanes, they know at once who holds them. */
  prepareStubs(): void;
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
  const { account, region, quotas, runtime, stubFile } = options;
  const identities = new Identities(options);
  const broker = await startBroker({
    host: options.host,
    port: options.mqttPort,
    drops,
    ...(quotas === undefined ? {} : { quotas }),
    ...(options.plainMqtt === false ? { plain: NOBODY } : {}),
  });
  const api = createApiServer(options);
  let ports: IotPorts | undefined;
  const place = (): StubPlace => ({
    mqttUrl: broker.url,
    ...(ports?.endpoint === undefined
      ? {}
      : { iot: { endpoint: ports.endpoint, caFile: ports.addresses.ca } }),
  });
  const registry = createRegistry(options);
  const opened = Promise.withResolvers<void>();
  const stubbed = host?.invoke ?? runStubProcess({ runtime, stubFile, place });
  const service = new InvocationService({
    registry,
    direct,
    stubbed: afterOpening(stubbed, opened.promise),
    onEvent: options.onInvocation,
  });
  const functions = options.functions.map(({ name, arn }) => ({ name, arn }));
  const state = { endpoint: '', mqtt: broker.url, account, region, access: accessOf(options), functions };
  const access = new RequestAccess(identities);
  addInvokeRoute(api.app, service, access);
  addGetFunctionRoute(api.app, { registry, access, roleArnOf: (name) => identities.roleArnOf(name) });
  addStsRoute(api.app, identities);
  addRetainedRoute(api.app, broker, { access, arnPrefix: `arn:aws:iot:${region}:${account}` });
  addEndpointRoute(
    api.app,
    () => ports?.endpoint,
    (request) => access.authorize(request, { service: 'iot', action: 'iot:DescribeEndpoint', resource: '*' }),
  );
  addStateRoute(api.app, () => state);
  try {
    state.endpoint = (await api.listen()).url;
    ports = await openPorts(options, { broker, identities, api, drops });
  } catch (error) {
    await Promise.all([api.close(), broker.close()]);
    throw error;
  }
  Object.assign(state, ports?.addresses);
  host?.connect({
    endpoint: state.endpoint,
    paced: quotas !== undefined && quotas.name !== 'none',
    environmentOf: hostedEnvironment({ identities, place, onNotice: options.onNotice }),
  });
  opened.resolve();
  let closing: Promise<void> | undefined;
  return {
    ...state,
    broker,
    identities,
    environmentOf: (spec) => deployedVariables(identities, spec, state.endpoint),
    prepareStubs: () => host?.prepare(options.functions),
    close() {
      closing ??= closeAll({ service, host, api, broker, ports });
      return closing;
    },
  };
}

/** The first port to open may be called before the last: a stub has to know where its broker is. */
function afterOpening(target: InvocationTarget, opened: Promise<void>): InvocationTarget {
  let open = false;
  void opened.then(() => {
    open = true;
  });
  return (call, run) => (open ? target(call, run) : opened.then(() => target(call, run)));
}

function accessOf({ iam }: EmulatorOptions): EmulatorState['access'] {
  return iam?.users === undefined ? 'open' : 'closed';
}

/** Loaded only where they are asked for: the offline path starts without TLS. */
async function openPorts(
  options: EmulatorOptions,
  parts: {
    readonly broker: Broker;
    readonly identities: Identities;
    readonly api: ApiServer;
    readonly drops: DropCounter;
  },
): Promise<IotPorts | undefined> {
  const { wssPort, mtlsPort, account, region } = options;
  if (wssPort === undefined && mtlsPort === undefined) return undefined;
  const { openIotPorts } = await import('./iot/iot-ports.ts');
  const { broker, identities, api, drops } = parts;
  return await openIotPorts({
    ...options,
    certificateDirectory: options.certificateDirectory ?? '.llx/certificates',
    broker,
    drops,
    connectionSeconds: (options.quotas ?? QUOTA_PROFILES.none).connectionSeconds,
    onRequest: (request, response) => api.app.server.emit('request', request, response),
    identify(request): BrokerIdentity {
      const principal = identify(identities, request, 'iotdevicegateway');
      const arn = `arn:aws:iot:${region}:${account}:`;
      return {
        name: principal.arn,
        allows: (action, resource) => identities.allows(principal, action, `${arn}${resource}`),
      };
    },
  });
}

/** Who a request without a body comes from. */
function identify(identities: Identities, request: IncomingMessage, service: string): Principal {
  const { method = 'GET', url = '/', headers } = request;
  return identities.verify({ method, path: url, headers, body: new Uint8Array(), service });
}

async function closeAll(parts: {
  readonly service: InvocationService;
  readonly host: StubHost | undefined;
  readonly api: ApiServer;
  readonly broker: Broker;
  readonly ports: IotPorts | undefined;
}): Promise<void> {
  // Callers first get their answers, then the connections end.
  await parts.host?.close();
  await parts.service.close();
  await parts.api.close();
  await parts.broker.close();
  await parts.ports?.close();
}

function createRegistry(options: EmulatorOptions): FunctionRegistry {
  const registry = new FunctionRegistry(options);
  const day = (options.now?.() ?? new Date()).toISOString().slice(0, 10).replaceAll('-', '/');
  for (const spec of options.functions) {
    registry.add({
      spec,
      stubbed: options.stubs !== 'none',
      logGroupName: `/aws/lambda/${spec.name}`,
      logStreamName: `${day}/[$LATEST]${randomBytes(16).toString('hex')}`,
    });
  }
  return registry;
}
