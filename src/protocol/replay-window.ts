import { asBuffer } from './bytes.ts';

const NUMBERS = 1024;
const STUBS = 4096;

/** The highest number of a stub and, as bits, which of the 1024 up to it were used. */
type Window = { highest: number; readonly used: Uint32Array };

/**
 * Which offer numbers of which stub were used: an offer that somebody recorded and sends again is never run twice.
 * Numbers may come in any order within a window of 1024; an older one counts as used.
 */
export class ReplayWindow {
  readonly #stubs: number;
  /** By public key; in order of use, the latest last. */
  readonly #windows = new Map<string, Window>();

  constructor(stubs: number = STUBS) {
    this.#stubs = stubs;
  }

  /** True the first time only. Ask only after the offer was opened: a forged number would move the window. */
  accept(publicKey: Uint8Array, number: number): boolean {
    const window = this.#window(publicKey);
    if (number > window.highest) advance(window, number);
    else if (number <= window.highest - NUMBERS) return false;
    const word = (number % NUMBERS) >>> 5;
    const bit = 1 << (number & 31);
    const before = window.used[word] ?? 0;
    window.used[word] = before | bit;
    return (before & bit) === 0;
  }

  #window(publicKey: Uint8Array): Window {
    const stub = asBuffer(publicKey).toString('latin1');
    const window = this.#windows.get(stub) ?? { highest: -1, used: new Uint32Array(NUMBERS / 32) };
    this.#windows.delete(stub);
    this.#windows.set(stub, window);
    if (this.#windows.size > this.#stubs) {
      const [oldest] = this.#windows.keys();
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    return window;
  }
}

/** Frees the places of the numbers that come into the window. */
function advance(window: Window, number: number): void {
  if (number - window.highest >= NUMBERS) {
    window.used.fill(0);
  } else {
    for (let next = window.highest + 1; next <= number; next++) {
      const word = (next % NUMBERS) >>> 5;
      window.used[word] = (window.used[word] ?? 0) & ~(1 << (next & 31));
    }
  }
  window.highest = number;
}
