import type { ConnectionState, Transport, TransportMessage } from '../transport.ts';

/** What arrives from now on. */
export class Inbox {
  readonly #messages: TransportMessage[] = [];
  #wake: () => void = () => undefined;

  constructor(transport: Transport) {
    transport.onMessage((message) => {
      this.#messages.push(message);
      this.#wake();
    });
  }

  async takeRaw(count: number): Promise<readonly TransportMessage[]> {
    while (this.#messages.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.splice(0, count);
  }

  async take(
    count: number,
  ): Promise<readonly { readonly topic: string; readonly payload: string; readonly retained: boolean }[]> {
    const messages = await this.takeRaw(count);
    return messages.map((message) => ({ ...message, payload: Buffer.from(message.payload).toString() }));
  }
}

/** Every state from now on. */
export class States {
  readonly seen: ConnectionState[] = [];
  #wake: () => void = () => undefined;

  constructor(transport: Transport) {
    transport.onState((state) => {
      this.seen.push(state);
      this.#wake();
    });
  }

  /** Resolves when that status was seen so often. */
  async until(status: ConnectionState['status'], times = 1): Promise<void> {
    while (this.seen.filter((state) => state.status === status).length < times) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
