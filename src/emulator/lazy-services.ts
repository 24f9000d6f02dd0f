import type { EmulatorClock } from './emulator-clock.ts';
import type { InvocationEvent } from './lambda/invocation-event.ts';
import type { Services } from './services.ts';

/** After the first invocation has ended: its log is to be kept, and whoever waits for its answer has it by then. */
const AFTER_INVOCATION_MS = 300;

/** The services, loaded once, when somebody first needs them. */
export class LazyServices {
  readonly #open: () => Promise<Services>;
  readonly #clock: EmulatorClock;
  readonly #onProblem: (error: unknown) => void;
  #loading: Promise<Services> | undefined;
  #hasFailed = false;
  #cancelTimer: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: {
    readonly open: () => Promise<Services>;
    readonly clock: EmulatorClock;
    /** They could not be loaded, and nobody waited for them. */
    readonly onProblem: (error: unknown) => void;
  }) {
    this.#open = options.open;
    this.#clock = options.clock;
    this.#onProblem = options.onProblem;
  }

  /** Rejects as `openServices` does; the next call tries again. */
  load(): Promise<Services> {
    if (this.#closed !== undefined) return Promise.reject(new Error('the emulator is closed'));
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#loading ??= this.#open().catch((error: unknown) => {
      this.#loading = undefined;
      this.#hasFailed = true;
      throw error;
    });
    return this.#loading;
  }

  /** For `InvocationService.observe`: loads them by themselves, a while after the first invocation, and only once. */
  readonly observe = ({ type }: InvocationEvent): void => {
    if (type !== 'ended' || this.#loading !== undefined || this.#cancelTimer !== undefined) return;
    // It would fail again, and be told again, after each invocation.
    if (this.#hasFailed) return;
    this.#cancelTimer = this.#clock.schedule(() => {
      if (this.#closed === undefined) this.load().catch(this.#onProblem);
    }, AFTER_INVOCATION_MS);
  };

  /** What nobody has loaded takes nothing. */
  async drain(): Promise<void> {
    const services = await this.#loading?.catch(() => undefined);
    await services?.drain();
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#cancelTimer?.();
    const services = await this.#loading?.catch(() => undefined);
    await services?.close();
  }
}
