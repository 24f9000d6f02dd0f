/** How long an orderly end may take in all. */
const CLOSE_MS = 5_000;

/** What has been started, ended in reverse order, each once. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Never rejects: what fails to end is told to `onError`, and the rest is ended too. */
  async close(onError: (error: unknown) => void): Promise<void> {
    const deadline = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), CLOSE_MS).unref());
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        if ((await Promise.race([close(), deadline])) === 'late') {
          onError(new Error(`expected everything to end within ${CLOSE_MS / 1000} s`));
          return;
        }
      } catch (error) {
        onError(error);
      }
    }
  }
}
