/**
 * IoT Core takes one retained publish a second for a topic, of all clients together, and discards what is above that:
 * somebody else may just have spoken.
 */
const AGAIN_MS = 1_100;

/** Each pause is twice the one before: a word that is never sent back would be said for as long as the session lives. */
const LONGEST_MS = 30_000;

type Word = {
  readonly payload: Uint8Array;
  readonly acknowledged: PromiseWithResolvers<void>;
  timer: NodeJS.Timeout | undefined;
};

/** Retained messages that are published again until the broker has sent them back. Their topics are subscribed. */
export class SaidUntilHeard {
  readonly #publish: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly #againMs: number;
  readonly #words = new Map<string, Word>();

  constructor(options: {
    /** Retained, with QoS 1. */
    readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
    readonly againMs?: number;
  }) {
    this.#publish = options.publish;
    this.#againMs = options.againMs ?? AGAIN_MS;
  }

  /** In place of what was said there before. Resolves when it is acknowledged or heard; rejects when the connection ends. */
  async say(topic: string, payload: Uint8Array): Promise<void> {
    this.heard(topic);
    const word: Word = { payload, acknowledged: Promise.withResolvers<void>(), timer: undefined };
    this.#words.set(topic, word);
    this.#speak(topic, word, this.#againMs);
    await word.acknowledged.promise;
  }

  /** The broker has sent it back, or it need not be said any more. */
  heard(topic: string): void {
    const word = this.#words.get(topic);
    if (word === undefined) return;
    clearTimeout(word.timer);
    this.#words.delete(topic);
    word.acknowledged.resolve();
  }

  close(): void {
    for (const topic of [...this.#words.keys()]) this.heard(topic);
  }

  #speak(topic: string, word: Word, pauseMs: number): void {
    const nextMs = Math.min(2 * pauseMs, LONGEST_MS);
    word.timer = setTimeout(() => this.#speak(topic, word, nextMs), pauseMs);
    word.timer.unref();
    this.#publish(topic, word.payload).then(word.acknowledged.resolve, (error: unknown) => {
      // With the next connection everything is said anew.
      word.acknowledged.reject(error);
      if (this.#words.get(topic) === word) this.heard(topic);
    });
  }
}
