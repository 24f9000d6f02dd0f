import { LambdaClient } from '@aws-sdk/client-lambda';
import { type PartyOptions, type PartyProcess, startParty } from './party-process.ts';
import { childrenOf, readProcessTable } from './process-table.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { FaultCounter } from './wire/fault-counter.ts';
import { FaultProxy, freePort } from './wire/fault-proxy.ts';
import type { WireTrace } from './wire/wire-trace.ts';

export const FUNCTIONS = ['orders', 'invoices', 'reports'] as const;

export type WorldOptions = {
  readonly random: SeededRandom;
  readonly faults: FaultCounter;
  readonly trace: WireTrace;
  /** Ends every process at once. */
  readonly signal: AbortSignal;
};

/** An emulator, a session and callers, each in its own process, with a proxy on every line between them. */
export class World {
  /** Stubs and sessions ↔ broker. */
  readonly broker: FaultProxy;
  /** Stubs and sessions ↔ HTTP API. */
  readonly api: FaultProxy;
  /** Callers ↔ HTTP API. */
  readonly callers: FaultProxy;
  readonly faults: FaultCounter;
  readonly trace: WireTrace;
  /** Of every process that was started, whether it still runs or not. */
  readonly parties: PartyProcess[] = [];
  readonly #signal: AbortSignal;
  readonly #ports: { readonly http: number; readonly mqtt: number };
  #emulator: PartyProcess | undefined;
  #session: PartyProcess | undefined;
  #client: LambdaClient | undefined;

  private constructor(
    proxies: { readonly broker: FaultProxy; readonly api: FaultProxy; readonly callers: FaultProxy },
    ports: { readonly http: number; readonly mqtt: number },
    options: WorldOptions,
  ) {
    this.broker = proxies.broker;
    this.api = proxies.api;
    this.callers = proxies.callers;
    this.#ports = ports;
    this.faults = options.faults;
    this.trace = options.trace;
    this.#signal = options.signal;
  }

  static async start(options: WorldOptions): Promise<World> {
    const { random, faults, trace } = options;
    const ports = { http: await freePort(), mqtt: await freePort() };
    const common = { random, faults };
    const [broker, api, callers] = await Promise.all([
      FaultProxy.start({
        ...common,
        name: 'broker',
        speaks: 'mqtt',
        targetPort: ports.mqtt,
        onPassed: (passed) => trace.add(passed),
      }),
      FaultProxy.start({ ...common, name: 'api', speaks: 'bytes', targetPort: ports.http }),
      FaultProxy.start({ ...common, name: 'callers', speaks: 'bytes', targetPort: ports.http }),
    ]);
    const world = new World({ broker, api, callers }, ports, options);
    try {
      await world.startEmulator();
      await world.startSession();
      return world;
    } catch (error) {
      await world.abandon();
      throw error;
    }
  }

  get client(): LambdaClient {
    this.#client ??= this.#newClient();
    return this.#client;
  }

  get emulator(): PartyProcess {
    if (this.#emulator === undefined) throw new Error('expected an emulator');
    return this.#emulator;
  }

  get session(): PartyProcess {
    if (this.#session === undefined) throw new Error('expected a session');
    return this.#session;
  }

  async startEmulator(): Promise<void> {
    const { http, mqtt } = this.#ports;
    this.#emulator = await this.#start({
      name: 'emulator',
      args: ['emulator', '--port', String(http), '--mqtt-port', String(mqtt)],
      advertised: `${http}:${this.api.port},${mqtt}:${this.broker.port}`,
    });
  }

  /** Takes the lanes of a session that cannot say goodbye any more. */
  async startSession(): Promise<void> {
    const endpoint = `http://127.0.0.1:${this.api.port}`;
    const args = ['dev', '--endpoint', endpoint, '--takeover', '--verbose'];
    this.#session = await this.#start({ name: 'session', args });
  }

  /** Of the session or the emulator, those whose command line holds the word. */
  async childrenOf(party: PartyProcess, command: string): Promise<readonly number[]> {
    return childrenOf(await readProcessTable(), party.pid, command).map(({ pid }) => pid);
  }

  async heal(): Promise<void> {
    await Promise.all([this.broker, this.api, this.callers].map((proxy) => proxy.heal()));
  }

  /** Ends what is left at once. For when a run has failed. */
  async abandon(): Promise<void> {
    for (const party of this.parties) {
      party.signal('SIGCONT');
      party.signal('SIGKILL');
    }
    await this.closeLines();
  }

  async closeLines(): Promise<void> {
    this.#client?.destroy();
    await Promise.all([this.broker, this.api, this.callers].map((proxy) => proxy.close()));
  }

  async #start(options: Omit<PartyOptions, 'signal'>): Promise<PartyProcess> {
    const number = this.parties.filter(({ name }) => name.startsWith(options.name)).length + 1;
    const party = await startParty({
      ...options,
      name: `${options.name} ${number}`,
      signal: this.#signal,
    });
    this.parties.push(party);
    return party;
  }

  #newClient(): LambdaClient {
    return new LambdaClient({
      endpoint: `http://127.0.0.1:${this.callers.port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      // A retry would be an invocation of its own.
      maxAttempts: 1,
    });
  }
}
