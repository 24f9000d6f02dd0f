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
    const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(resolve, CLOSE_MS, 'late');
    try {
      for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
        if ((await Promise.race([end(close, onError), deadline])) === 'late') {
          onError(new Error(`expected everything to end within ${CLOSE_MS / 1000} s`));
          return;
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

async function end(close: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
  try {
    await close();
  } catch (error) {
    onError(error);
  }
}
