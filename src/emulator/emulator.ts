import { randomBytes } from 'node:crypto';
import { DropCounter } from '../protocol/drops.ts';
import type { FunctionSpec, Runtime } from '../runtime/invocation.ts';
import { type Broker, startBroker } from './broker/broker.ts';
import { createApiServer } from './http/api-server.ts';
import { addStateRoute, type EmulatorState } from './http/state-route.ts';
import { addRetainedRoute } from './iot/retained-route.ts';
import { FunctionRegistry } from './lambda/function-registry.ts';
import {
  type InvocationEvent,
  InvocationService,
  type InvocationTarget,
} from './lambda/invocation-service.ts';
import { addInvokeRoute } from './lambda/invoke-route.ts';
import { runDeployed } from './lambda/run-deployed.ts';
import { StubHost } from './lambda/stub-host/stub-host.ts';
import { runStubProcess } from './lambda/stub-process.ts';

export type EmulatorOptions = {
  readonly host: string;
  /** 0 is a free one. */
  readonly port: number;
  readonly mqttPort: number;
  /** MQTT over WebSocket with SigV4, and IoT's data plane over HTTPS. 0 is a free one; absent: not opened. */
  readonly wssPort?: number;
  /** MQTT with client certificates. 0 is a free one; absent: not opened. */
  readonly mtlsPort?: number;
  /** Where the CA, the server's and the client's certificate are kept. Needed with either of the two. */
  readonly certificateDirectory?: string;
  readonly region: string;
  readonly account: string;
  /** What is deployed: runs when nobody holds the lane of a function. */
  readonly functions: readonly FunctionSpec[];
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
  readonly now?: () => Date;
};

export type Emulator = EmulatorState & {
  readonly broker: Broker;
  /** Connects the stubs of all functions: after a session has taken its lanes, they know at once who holds them. */
  prepareStubs(): void;
  close(): Promise<void>;
};

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
  const broker = await startBroker({ host: options.host, port: options.mqttPort, drops });
  const api = createApiServer(options);
  const { runtime, stubFile } = options;
  const service = new InvocationService({
    registry: createRegistry(options),
    direct,
    stubbed: host?.invoke ?? runStubProcess({ runtime, stubFile, mqttUrl: broker.url }),
    onEvent: options.onInvocation,
    onNotice: options.onNotice,
  });
  const functions = options.functions.map(({ name, arn }) => ({ name, arn }));
  const { account, region } = options;
  const addresses = { endpoint: '', mqtt: broker.url, account, region };
  addInvokeRoute(api.app, service);
  addRetainedRoute(api.app, broker);
  addStateRoute(api.app, () => ({ ...addresses, functions }));
  try {
    addresses.endpoint = (await api.listen()).url;
  } catch (error) {
    await Promise.all([api.close(), broker.close()]);
    throw error;
  }
  host?.connect({ mqttUrl: addresses.mqtt, endpoint: addresses.endpoint });
  let closing: Promise<void> | undefined;
  return {
    ...addresses,
    functions,
    broker,
    prepareStubs: () => host?.prepare(functions.map(({ arn }) => arn)),
    close() {
      closing ??= closeAll(service, host, api, broker);
      return closing;
    },
  };
}

async function closeAll(
  service: InvocationService,
  host: StubHost | undefined,
  api: { close(): Promise<void> },
  broker: Broker,
): Promise<void> {
  // Callers first get their answers, then the connections end.
  await host?.close();
  await service.close();
  await api.close();
  await broker.close();
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
