import type { ConnectOptions, Transport } from '../transport.ts';

/** A broker, and a network to it that can fail. */
export type TransportHarness = {
  connect(options: ConnectOptions): Promise<Transport>;
  connectToNothing(options: ConnectOptions): Promise<Transport>;
  /** To something that takes connections and never answers. */
  connectToSilence(options: ConnectOptions): Promise<Transport>;
  /** Ends a client's connection abruptly, as seen from both ends. */
  cut(clientId: string): void;
  /** From now on nothing passes over a client's connection, and neither end is told. */
  freeze(clientId: string): void;
  /** Whether new connections are taken. */
  accept(accepting: boolean): void;
  /** How many subscriptions the broker grants to a connection; absent: as many as asked for. */
  readonly subscriptionLimit?: number;
  close(): Promise<void>;
};

/** The transports of one test, and names that nobody else in this run uses. */
export class ContractClients {
  #harness: TransportHarness | undefined;
  #transports: Transport[] = [];
  #names = 0;

  get harness(): TransportHarness {
    if (this.#harness === undefined) throw new Error('expected a harness that was started');
    return this.#harness;
  }

  use(harness: TransportHarness): void {
    this.#harness = harness;
  }

  unique(kind: string): string {
    this.#names += 1;
    return `llx/test/${kind}-${process.pid}-${this.#names}`;
  }

  options(more: Partial<ConnectOptions> = {}): ConnectOptions {
    const id = this.unique('client');
    return {
      clientId: (connection) => `${id}-${connection}`,
      keepAliveSeconds: 60,
      connectTimeoutMs: 5_000,
      backoffMs: () => 5,
      ...more,
    };
  }

  async connect(more: Partial<ConnectOptions> = {}): Promise<Transport> {
    const transport = await this.harness.connect(this.options(more));
    this.#transports.push(transport);
    return transport;
  }

  async closeAll(): Promise<void> {
    this.harness.accept(true);
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()));
  }
}
