import { LambdaClient } from '@aws-sdk/client-lambda';
import { decodePresence } from '../../src/protocol/presence.ts';
import { presenceTopic, sessionTopic } from '../../src/protocol/topics.ts';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { signRequest } from '../../src/signature/sign-request.ts';
import { type PartyOptions, type PartyProcess, startParty } from './party-process.ts';
import { childrenOf, killAll, type ProcessEntry, readProcessTable, runningIn } from './process-table.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { FaultCounter } from './wire/fault-counter.ts';
import { type Access, Lines } from './wire/lines.ts';
import type { WireTrace } from './wire/wire-trace.ts';

/** The last one streams its answers. */
export const FUNCTIONS = ['orders', 'invoices', 'reports', 'exports'] as const;

export type WorldOptions = {
  readonly access: Access;
  readonly random: SeededRandom;
  readonly faults: FaultCounter;
  readonly trace: WireTrace;
  /** Temporary files of all its processes, and the mark by which they are found. */
  readonly directory: string;
};

/** The development key, which an emulator without users knows. */
const DEVELOPER = {
  AWS_ACCESS_KEY_ID: DEVELOPMENT_KEY.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DEVELOPMENT_KEY.secretAccessKey,
  AWS_REGION: 'us-east-1',
};

const READ_MS = 5_000;
const SESSION_ATTEMPTS = 5;

/** An emulator, a session and callers, each in its own process, with a proxy on every line between them. */
export class World {
  readonly lines: Lines;
  readonly faults: FaultCounter;
  readonly client: LambdaClient;
  /** Of every process that was started, whether it still runs or not. */
  readonly parties: PartyProcess[] = [];
  readonly #options: WorldOptions;
  /** Topics on which something was retained. */
  readonly #topics = new Set<string>();
  #emulator: PartyProcess | undefined;
  #session: PartyProcess | undefined;

  private constructor(options: WorldOptions, lines: Lines) {
    this.#options = options;
    this.lines = lines;
    this.faults = options.faults;
    this.client = new LambdaClient({
      endpoint: `http://127.0.0.1:${lines.callers.port}`,
      region: 'us-east-1',
      credentials: {
        accessKeyId: DEVELOPER.AWS_ACCESS_KEY_ID,
        secretAccessKey: DEVELOPER.AWS_SECRET_ACCESS_KEY,
      },
      // A retry would be an invocation of its own.
      maxAttempts: 1,
    });
  }

  static async start(options: WorldOptions): Promise<World> {
    const { trace } = options;
    const lines = await Lines.open({ ...options, onPassed: (passed) => trace.add(passed) });
    const world = new World(options, lines);
    try {
      await world.startEmulator();
      await world.startSession();
      return world;
    } catch (error) {
      await world.abandon();
      throw error;
    }
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
    const { http, broker } = this.lines.ports;
    const args =
      this.lines.access === 'wss'
        ? ['emulator', '--mqtt-port', '0', '--mtls-port', '0', '--wss-port', String(broker)]
        : // Without ports for TLS, so that everybody comes to the one whose messages can be read.
          ['dev', '--offline', '--only', 'idle', '--mqtt-port', String(broker)];
    this.#emulator = await this.#start({
      name: 'emulator',
      args: [...args, '--port', String(http)],
      advertised: this.lines.advertised,
    });
  }

  /**
   * Takes the lanes of a session that cannot say goodbye any more. A first connection that a fault meets ends it, and
   * its developer starts it again.
   */
  async startSession(): Promise<void> {
    const endpoint = `http://127.0.0.1:${this.lines.api.port}`;
    const args = ['dev', '--endpoint', endpoint, '--takeover', '--verbose', '--only', ...FUNCTIONS];
    for (let attempt = 1; ; attempt++) {
      try {
        this.#session = await this.#start({ name: 'session', args, env: DEVELOPER });
        break;
      } catch (error) {
        if (attempt === SESSION_ATTEMPTS) throw error;
        this.faults.count('session not started', String(error));
      }
    }
    for (const topic of await this.#statesOf(this.#session)) this.#topics.add(topic);
  }

  /** Where something of a session that has left may be retained: no broker lists its topics. */
  async retainedTopics(): Promise<readonly string[]> {
    const topics = new Set([...this.#topics, ...this.#options.trace.retainedTopics]);
    // `dev --offline` is a session as well, and still there.
    for (const topic of await this.#statesOf(this.emulator)) topics.delete(topic);
    return [...topics].sort();
  }

  /** GetRetainedMessage, past the proxies. */
  async readRetained(topic: string): Promise<Uint8Array | undefined> {
    const url = `http://127.0.0.1:${this.lines.ports.http}/retainedMessage/${encodeURIComponent(topic)}`;
    const headers = signRequest({
      method: 'GET',
      url,
      service: 'iotdata',
      region: DEVELOPER.AWS_REGION,
      credentials: DEVELOPMENT_KEY,
    });
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(READ_MS) });
    const body = (await response.json()) as { readonly payload?: string };
    if (response.status === 404) return undefined;
    if (!response.ok || body.payload === undefined) throw new Error(`${url}: status ${response.status}`);
    return Buffer.from(body.payload, 'base64');
  }

  /** Every process that was started by a party, or by one of its children. */
  async processes(): Promise<readonly ProcessEntry[]> {
    return await runningIn(this.#options.directory);
  }

  /** Of the session or the emulator, those whose command line holds the word. */
  async childrenOf(party: PartyProcess, command: string): Promise<readonly number[]> {
    return childrenOf(await readProcessTable(), party.pid, command).map(({ pid }) => pid);
  }

  /** Ends what is left at once. For when a run has failed. */
  async abandon(): Promise<void> {
    killAll(await this.processes());
    await this.closeLines();
  }

  async closeLines(): Promise<void> {
    this.client.destroy();
    await this.lines.close();
  }

  /** The presence of each function that it serves, and the state of the session that this names. */
  async #statesOf({ ready }: PartyProcess): Promise<readonly string[]> {
    if (this.lines.access === 'wss' && ready === this.emulator.ready) return [];
    const topics = ready.functions.map(({ arn }) => presenceTopic(arn, 'default'));
    for (const topic of [...topics]) {
      const payload = await this.readRetained(topic);
      const presence = payload === undefined ? undefined : decodePresence(payload);
      if (presence !== undefined && presence.sessionId !== null)
        topics.push(sessionTopic(presence.sessionId));
    }
    return topics;
  }

  async #start(options: Omit<PartyOptions, 'temporaryDirectory'>): Promise<PartyProcess> {
    const number = this.parties.filter(({ name }) => name.startsWith(options.name)).length + 1;
    const party = await startParty({
      ...options,
      temporaryDirectory: this.#options.directory,
      name: `${options.name} ${number}`,
    });
    this.parties.push(party);
    return party;
  }
}
