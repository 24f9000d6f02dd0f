import { LlxError } from '../errors/llx-error.ts';

export type Interrupt = {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /**
   * Runs it while SIGINT is another program's: Ctrl-C reaches every process of the terminal, and is meant for the one that
   * has it. The other signals end llx as ever.
   */
  lendTerminal<Result>(use: () => Promise<Result>): Promise<Result>;
  /** Removes the handlers. */
  dispose(): void;
};

/**
 * The first signal asks for an orderly end, the second one ends at once: nobody has to wait for a clean-up that hangs.
 */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let lent = 0;
  const listener = (name: NodeJS.Signals): void => {
    if (name === 'SIGINT' && lent > 0) return;
    if (controller.signal.aborted) process.exit(130);
    controller.abort(
      new LlxError('LLX_INTERRUPTED', {
        message: 'Interrupted before the work was done.',
        mend: 'Run it again',
      }),
    );
  };
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    async lendTerminal(use) {
      lent += 1;
      try {
        return await use();
      } finally {
        lent -= 1;
      }
    },
    dispose() {
      for (const name of names) process.off(name, listener);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
