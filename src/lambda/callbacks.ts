export type Callback = (error?: unknown, result?: unknown) => void;

/** What a runtime up to Node.js 22 puts into the context beside its facts. */
export type CallbackMembers = {
  callbackWaitsForEmptyEventLoop: boolean;
  readonly done: Callback;
  readonly succeed: (result?: unknown) => void;
  readonly fail: (error?: unknown) => void;
};

export type CallbackAnswers = {
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
};

/**
 * The callback world of one invocation, up to Node.js 22 (aws-lambda-ric 3.3.0, CallbackContext): an error is answered
 * at once, a result of the callback when the event loop is empty, unless `callbackWaitsForEmptyEventLoop` is
 * false; `done`, `succeed` and `fail` never wait. Only the first answer counts.
 */
export class Callbacks {
  readonly members: CallbackMembers;
  readonly #answers: CallbackAnswers;
  #waits = true;
  #answered = false;
  /** Given to the callback, held back until the event loop is empty. */
  #held: { readonly result: unknown } | undefined;

  constructor(answers: CallbackAnswers) {
    this.#answers = answers;
    const waits = { get: () => this.#waits, set: (value: boolean) => this.#setWaits(value) };
    this.members = {
      get callbackWaitsForEmptyEventLoop() {
        return waits.get();
      },
      set callbackWaitsForEmptyEventLoop(value: boolean) {
        waits.set(value);
      },
      done: (error, result) => this.#settle(error, result),
      succeed: (result) => this.#settle(undefined, result),
      fail: (error) => this.#settle(error ?? 'handled', undefined),
    };
  }

  /** The third parameter of the handler. */
  readonly callback: Callback = (error, result) => {
    if (this.#held) return;
    if (this.#waits && (error === undefined || error === null)) {
      if (!this.#answered) this.#held = { result };
    } else {
      this.#settle(error, result);
    }
  };

  /** The event loop has nothing left: answers what is held back, or `null` when nobody ever called. */
  loopEmpty(): void {
    this.#settle(undefined, this.#held ? this.#held.result : null);
  }

  #setWaits(value: boolean): void {
    this.#waits = value;
  }

  #settle(error: unknown, result: unknown): void {
    if (this.#answered) return;
    this.#answered = true;
    if (error === undefined || error === null) this.#answers.succeed(result);
    else this.#answers.fail(error);
  }
}
