import type { ServerResponse } from 'node:http';

/** The requests that are not answered yet. */
export class OpenRequests {
  #count = 0;
  #ended = Promise.withResolvers<void>();
  #isDraining = false;

  get count(): number {
    return this.#count;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  enter(response: ServerResponse): void {
    this.#count += 1;
    // A client sends its next request elsewhere.
    if (this.#isDraining) response.shouldKeepAlive = false;
    response.once('close', () => {
      this.#count -= 1;
      if (this.#isDraining && this.#count === 0) this.#ended.resolve();
    });
  }

  /** From now on answers are the last of their connections; resolves when none is open. */
  drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#count === 0) this.#ended.resolve();
    return this.#ended.promise;
  }
}
