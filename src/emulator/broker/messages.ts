import type { Aedes } from 'aedes';
import { isOwnTopic } from '../../protocol/topics.ts';
import type { Principal } from '../identity/principal.ts';

export type BrokerMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
};

export type PublishCause = {
  /** `X-Amzn-Trace-Id` of whoever asked for it over HTTP. */
  readonly traceId?: string | undefined;
  /** Who that was. */
  readonly caller?: Principal;
  /** By an IoT rule, which sees to the rules of its topic itself. */
  readonly isRepublished?: boolean;
};

export type ObservedMessage = PublishCause & {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Absent: it came over HTTP. */
  readonly clientId?: string;
};

export type MessageListener = (message: ObservedMessage) => void;

/** What is published, for those in this process who want to hear of it: without `$` topics and llx's own. */
export class Messages {
  readonly #aedes: Aedes;
  readonly #listeners = new Set<MessageListener>();

  constructor(aedes: Aedes) {
    this.#aedes = aedes;
    // On the path of each message: nothing is done where nobody listens.
    aedes.on('publish', ({ topic, payload }, client) => {
      if (this.#listeners.size === 0 || client === null) return;
      this.#tell({ topic, payload: Buffer.from(payload), clientId: client.id });
    });
  }

  /** A listener returns at once and does not throw. Gives what ends it. */
  observe(listener: MessageListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when the broker has it; rejects where it ends. */
  async publish({ topic, payload, qos, retain }: BrokerMessage, cause: PublishCause = {}): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false },
        (error) => (error === undefined || error === null ? resolve() : reject(error)),
      );
    });
    this.#tell({ topic, payload, ...cause });
  }

  #tell(message: ObservedMessage): void {
    if (message.topic.startsWith('$') || isOwnTopic(message.topic)) return;
    for (const listener of this.#listeners) listener(message);
  }
}
