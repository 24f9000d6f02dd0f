import type { SeededRandom } from '../seeded-random.ts';
import type { FaultCounter } from './fault-counter.ts';
import { FaultProxy, freePort, type Passed } from './fault-proxy.ts';

/** How sessions and stubs reach the broker: in the clear, where messages can be read; or as they reach IoT Core. */
export type Access = 'mqtt' | 'wss';

/** A proxy on every line between the parties, and the ports of the emulator behind them. */
export class Lines {
  readonly access: Access;
  /** Stubs and sessions ↔ broker. */
  readonly broker: FaultProxy;
  /** Stubs and sessions ↔ HTTP API. */
  readonly api: FaultProxy;
  /** Callers ↔ HTTP API. */
  readonly callers: FaultProxy;
  /** The emulator's own: the same again when it is started again. */
  readonly ports: { readonly http: number; readonly broker: number };

  private constructor(
    access: Access,
    proxies: readonly [broker: FaultProxy, api: FaultProxy, callers: FaultProxy],
    ports: Lines['ports'],
  ) {
    this.access = access;
    [this.broker, this.api, this.callers] = proxies;
    this.ports = ports;
  }

  static async open(options: {
    readonly access: Access;
    readonly random: SeededRandom;
    readonly faults: FaultCounter;
    readonly onPassed: (passed: Passed) => void;
  }): Promise<Lines> {
    const { access, onPassed, ...common } = options;
    const ports = { http: await freePort(), broker: await freePort() };
    const proxies = await Promise.all([
      FaultProxy.start({
        ...common,
        name: 'broker',
        speaks: access === 'mqtt' ? 'mqtt' : 'bytes',
        targetPort: ports.broker,
        onPassed,
      }),
      FaultProxy.start({ ...common, name: 'api', speaks: 'bytes', targetPort: ports.http }),
      FaultProxy.start({ ...common, name: 'callers', speaks: 'bytes', targetPort: ports.http }),
    ]);
    return new Lines(access, proxies, ports);
  }

  /** Where the emulator says that it listens. */
  get advertised(): ReadonlyMap<number, number> {
    return new Map([
      [this.ports.http, this.api.port],
      [this.ports.broker, this.broker.port],
    ]);
  }

  async heal(): Promise<void> {
    await Promise.all(this.#all.map((proxy) => proxy.heal()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((proxy) => proxy.close()));
  }

  get #all(): readonly FaultProxy[] {
    return [this.broker, this.api, this.callers];
  }
}
