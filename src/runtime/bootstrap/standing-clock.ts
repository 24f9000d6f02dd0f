/**
 * Stands in the place of `Date`, so that the time can stand still. Timers, `performance` and what Node.js itself does
 * go on: a handler that waits gets on.
 */
export class StandingClock {
  #epochMs: number | undefined;

  /** Before the handler's code is loaded: what it takes out of `Date` must be this one's. */
  install(realm: { Date: DateConstructor } = globalThis): void {
    const real = realm.Date;
    const now = real.now.bind(real);
    const fixedNow = (): number => this.#epochMs ?? now();
    const stands = (): boolean => this.#epochMs !== undefined;
    const date: DateConstructor = new Proxy(real, {
      construct: (target, parameters, newTarget) =>
        Reflect.construct(
          target,
          parameters.length === 0 && stands() ? [fixedNow()] : parameters,
          newTarget === date ? target : newTarget,
        ),
      // Called without `new` it is a text, whatever it is called with.
      apply: () => new date().toString(),
    });
    real.now = fixedNow;
    // `new (someDate.constructor)()`
    real.prototype.constructor = date;
    realm.Date = date;
  }

  /** Epoch milliseconds; undefined: the time goes on. */
  set(epochMs: number | undefined): void {
    this.#epochMs = epochMs;
  }
}
