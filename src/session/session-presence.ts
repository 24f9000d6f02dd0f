import type { DropCounter } from '../protocol/drops.ts';
import { decodeSessionState, encodeSessionState } from '../protocol/presence.ts';
import { sessionTopic } from '../protocol/topics.ts';
import type { ConnectionState, Transport, TransportMessage, Will } from '../transport/transport.ts';
import { SaidUntilHeard } from './said-until-heard.ts';

const NOTHING = new Uint8Array();

/** What the broker says of a session whose connection has ended without a goodbye. */
export function offlineWill(sessionId: string, connection: number): Will {
  return {
    topic: sessionTopic(sessionId),
    payload: encodeSessionState({ state: 'offline', connection }),
    retain: true,
  };
}

/** The retained state of our own session: says that it is there, and says it again when a late will denies it. */
export class SessionPresence {
  readonly #topic: string;
  readonly #transport: Transport;
  readonly #drops: DropCounter;
  readonly #onProblem: (error: unknown) => void;
  readonly #said: SaidUntilHeard;
  #left = false;

  constructor(options: {
    readonly sessionId: string;
    readonly transport: Transport;
    readonly drops: DropCounter;
    /** It could not be said again; the next connection says it. */
    readonly onProblem: (error: unknown) => void;
  }) {
    this.#topic = sessionTopic(options.sessionId);
    this.#transport = options.transport;
    this.#drops = options.drops;
    this.#onProblem = options.onProblem;
    this.#said = new SaidUntilHeard({
      publish: (topic, payload) => options.transport.publish(topic, payload, { qos: 1, retain: true }),
    });
  }

  async start(): Promise<void> {
    await this.#transport.subscribe([this.#topic], 1);
    await this.sayOnline();
  }

  async sayOnline(): Promise<void> {
    const state = this.#state;
    if (state.status !== 'connected' || this.#left) return;
    const { connection } = state;
    await this.#said.say(this.#topic, encodeSessionState({ state: 'online', connection }));
  }

  /** True when the message was our own state. */
  accept({ topic, payload }: TransportMessage): boolean {
    if (topic !== this.#topic) return false;
    this.#accept(payload);
    return true;
  }

  /**
   * In order after everything before it on the connection. Empty, which is offline and leaves no rubbish behind. Said until
   * heard: a session that leaves at once, as one whose lane is held, is above the quota of its own topic.
   */
  async leave(): Promise<void> {
    this.#left = true;
    await this.#said.say(this.#topic, NOTHING);
  }

  close(): void {
    this.#left = true;
    this.#said.close();
  }

  /** While only another connection is renewed, the one that our state belongs to is there. */
  get #state(): ConnectionState {
    return this.#transport.controlState ?? this.#transport.state;
  }

  #accept(payload: Uint8Array): void {
    const state =
      payload.byteLength === 0 ? ({ state: 'offline', connection: 0 } as const) : decodeSessionState(payload);
    if (state === undefined) return this.#drops.drop('presence-malformed', 'our own state');
    const now = this.#state;
    if (this.#left) {
      if (payload.byteLength === 0) this.#said.heard(this.#topic);
      return;
    }
    if (now.status !== 'connected') return;
    if (state.state === 'offline') {
      // The will of an earlier connection may arrive after we are back: then the truth is said again.
      this.sayOnline().catch(this.#onProblem);
    } else if (state.connection === now.connection) {
      this.#said.heard(this.#topic);
    }
  }
}
