import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import type { SeededRandom } from '../seeded-random.ts';
import type { FaultCounter } from './fault-counter.ts';
import type { FaultRates } from './fault-rates.ts';
import { FaultyDirection, type Unit } from './faulty-direction.ts';
import { clientIdOf, PacketCutter } from './packet-cutter.ts';

/** Who is at the client's end of a line, as far as its bytes say: `session`, `stub`, or `client`. */
export type Party = string;

/** A message that arrived, on its way in: to the broker, or out: from the broker to a client. */
export type Passed = { readonly unit: Unit; readonly party: Party; readonly way: 'in' | 'out' };

export type FaultProxyOptions = {
  /** For people: which line of the picture this is. */
  readonly name: string;
  readonly targetPort: number;
  /** `mqtt` meets whole messages; `bytes` is for HTTP and TLS, which cannot be read. */
  readonly speaks: 'mqtt' | 'bytes';
  readonly random: SeededRandom;
  readonly faults: FaultCounter;
  readonly onPassed?: (passed: Passed) => void;
  readonly onConnect?: (packet: Buffer) => void;
};

type Line = {
  readonly number: number;
  readonly client: Socket;
  readonly server: Socket;
  readonly directions: readonly FaultyDirection[];
  party: Party;
  silent: boolean;
};

/** A TCP proxy on loopback that does to a line what networks do. */
export class FaultProxy {
  /** What meets every unit from now on. */
  rates: FaultRates = {};
  readonly #options: FaultProxyOptions;
  readonly #lines = new Set<Line>();
  readonly #server: Server;
  #port = 0;
  #count = 0;
  #silent = false;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.#listen(0);
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#lines.size;
  }

  /** Ends every line, or those of one party, as a router that restarts: no FIN, no word. */
  cut(party?: Party): void {
    for (const line of this.#of(party)) {
      this.#options.faults.count('cut', this.#nameOf(line));
      this.#end(line);
    }
  }

  /** Lines stay open and nothing passes; new ones are taken, and nobody answers. */
  silence(party?: Party): void {
    if (party === undefined) this.#silent = true;
    for (const line of this.#of(party)) this.#silenceLine(line);
  }

  /** What was held back passes, late; lines that were made meanwhile end. */
  speak(): void {
    this.#silent = false;
    for (const line of [...this.#lines]) {
      if (!line.silent) continue;
      line.silent = false;
      line.client.resume();
      line.server.resume();
    }
  }

  /** Nobody listens: the machine's own ECONNREFUSED. Lines that are there stay. */
  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    this.#options.faults.count('refuse', this.#options.name);
    // Its callback waits for the lines as well.
    this.#server.close();
  }

  async accept(): Promise<void> {
    if (!this.#server.listening) await this.#listen(this.#port);
  }

  /** No more faults, of whatever kind. */
  async heal(): Promise<void> {
    this.rates = {};
    this.speak();
    await this.accept();
  }

  async close(): Promise<void> {
    for (const line of [...this.#lines]) this.#end(line);
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #listen(port: number): Promise<void> {
    await once(this.#server.listen(port, '127.0.0.1'), 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
    this.#port = address.port;
  }

  #join(client: Socket): void {
    const { targetPort, random, name } = this.#options;
    const server = dial(targetPort, '127.0.0.1');
    const number = ++this.#count;
    const own = random.fork(`${name} ${number}`);
    const line: Line = {
      number,
      client,
      server,
      directions: [
        this.#direction(client, server, own.fork('in'), () => line),
        this.#direction(server, client, own.fork('out'), () => line),
      ],
      party: 'client',
      silent: false,
    };
    this.#lines.add(line);
    for (const [end, direction] of [
      [client, line.directions[0]],
      [server, line.directions[1]],
    ] as const) {
      end.setNoDelay(true);
      if (direction !== undefined) this.#read(end, direction, line, end === client);
      end.on('error', () => undefined);
      end.once('close', () => this.#end(line));
    }
    if (this.#silent) this.#silenceLine(line);
  }

  #direction(from: Socket, to: Socket, random: SeededRandom, line: () => Line): FaultyDirection {
    const { faults, onPassed } = this.#options;
    return new FaultyDirection({
      from,
      to,
      random,
      faults,
      rates: () => this.rates,
      isSilent: () => line().silent,
      name: () => this.#nameOf(line()),
      onCut: () => this.#end(line()),
      onPassed: (unit) => {
        const { party, client } = line();
        if (unit.publish !== undefined) onPassed?.({ unit, party, way: from === client ? 'in' : 'out' });
      },
    });
  }

  #read(end: Socket, direction: FaultyDirection, line: Line, isClient: boolean): void {
    if (this.#options.speaks === 'bytes') {
      end.on('data', (bytes) => direction.pass({ bytes, publish: undefined }));
      return;
    }
    const cutter = new PacketCutter();
    end.on('data', (bytes) => {
      for (const packet of cutter.push(bytes)) {
        const clientId = isClient ? clientIdOf(packet) : undefined;
        if (clientId !== undefined) {
          line.party = /^llx-(session|stub)-/.exec(clientId)?.[1] ?? 'client';
          this.#options.onConnect?.(packet.bytes);
        }
        direction.pass(packet);
      }
    });
  }

  #silenceLine(line: Line): void {
    this.#options.faults.count('black-hole', this.#nameOf(line));
    line.silent = true;
    line.client.pause();
    line.server.pause();
  }

  #end(line: Line): void {
    if (!this.#lines.delete(line)) return;
    for (const direction of line.directions) direction.close();
    line.client.destroy();
    line.server.destroy();
  }

  #of(party: Party | undefined): readonly Line[] {
    return [...this.#lines].filter((line) => party === undefined || line.party === party);
  }

  #nameOf({ number, party }: Line): string {
    return `${this.#options.name} line ${number} (${party})`;
  }
}

/** A port of this machine where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
  return address.port;
}
