/** AWS takes 100 publishes a second of a connection: https://docs.aws.amazon.com/general/latest/gr/iot-core.html */
const MOST_MESSAGES = 1_000;
const WINDOW_MS = 10_000;

/**
 * How much of one client a rule takes: a function that publishes on the topic of its own rule would go round for ever, and
 * a message over MQTT does not say what has caused it.
 */
export class MessageBudget {
  readonly #onNotice: (text: string) => void;
  readonly #counts = new Map<string, number>();
  /** What was left out since it was told, and not in vain: as long as it goes on it is not told again. */
  readonly #leftOut = new Map<string, number>();
  #since = 0;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** Whether the rule may have another one. */
  take(rule: string, clientId: string, now: number): boolean {
    if (now - this.#since >= WINDOW_MS || now < this.#since) this.#begin(now);
    const key = `The IoT rule ${rule} leaves out messages of the client ${clientId}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count <= MOST_MESSAGES) return true;
    const leftOut = this.#leftOut.get(key) ?? 0;
    this.#leftOut.set(key, leftOut + 1);
    if (leftOut === 0) {
      this.#onNotice(
        `${key}: more than ${MOST_MESSAGES} within ${WINDOW_MS / 1000} seconds. Does what the rule invokes publish on its topic?`,
      );
    }
    return false;
  }

  #begin(now: number): void {
    this.#since = now;
    for (const [key, leftOut] of this.#leftOut) {
      if ((this.#counts.get(key) ?? 0) > MOST_MESSAGES) continue;
      this.#leftOut.delete(key);
      this.#onNotice(`${key}: ${leftOut} in all.`);
    }
    this.#counts.clear();
  }
}
