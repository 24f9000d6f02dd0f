/** Hands the terminal to another program and takes it back. Ink does it, once there is a screen. */
export type Suspend = (callback: () => Promise<void>) => Promise<void>;

/** Who has the terminal: the screen, or one program after another to which it is lent. */
export class TerminalOwner {
  #suspend: Suspend | undefined;
  #last: Promise<unknown> = Promise.resolve();

  attach(suspend: Suspend): void {
    this.#suspend = suspend;
  }

  /** Runs it while the terminal is as it was before the screen; the screen is drawn anew after it. One at a time. */
  lend<Result>(use: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => this.#lend(use));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #lend<Result>(use: () => Promise<Result>): Promise<Result> {
    const suspend = this.#suspend;
    if (suspend === undefined) return await use();
    const { promise, resolve } = Promise.withResolvers<PromiseSettledResult<Result>>();
    // What becomes of it is told after the screen is back, which it is in any case.
    await suspend(async () => {
      const [outcome] = await Promise.allSettled([use()]);
      resolve(outcome);
    });
    const outcome = await promise;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}
