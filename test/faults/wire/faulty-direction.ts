import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.ts';
import type { FaultCounter } from './fault-counter.ts';
import { chooseFault, type Fault, type FaultRates } from './fault-rates.ts';
import type { RawPublish } from './packet-cutter.ts';

export type Unit = { readonly bytes: Buffer; readonly publish: RawPublish | undefined };

export type FaultyDirectionOptions = {
  readonly from: Socket;
  readonly to: Socket;
  /** Read anew for each unit: a scenario changes them while it runs. */
  readonly rates: () => FaultRates;
  readonly random: SeededRandom;
  readonly faults: FaultCounter;
  /** Read by nobody until it is ended: not resumed here. */
  readonly isSilent: () => boolean;
  /** For people. */
  readonly name: () => string;
  readonly onCut: () => void;
  /** A unit that was passed on. */
  readonly onPassed: (unit: Unit) => void;
};

const REORDER_MS = 50;
const DELAY_MS = 100;
/** Above it the sender feels that the line is slow. */
const HIGH_WATER_BYTES = 256 * 1024;

/** One direction of one connection: passes units on, with the faults that the seed decides. */
export class FaultyDirection {
  readonly #options: FaultyDirectionOptions;
  readonly #closed = new AbortController();
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #waitingBytes = 0;
  #held = false;

  constructor(options: FaultyDirectionOptions) {
    this.#options = options;
  }

  pass(unit: Unit): void {
    const { rates: readRates, random, faults, name } = this.#options;
    const rates = readRates();
    const fault = chooseFault(rates, unit.publish, random);
    if (fault !== undefined) faults.count(fault, `${name()} ${describe(unit)}`);
    const slowMs =
      rates.bytesPerSecond === undefined ? 0 : (unit.bytes.byteLength * 1000) / rates.bytesPerSecond;
    this.#apply(fault, unit, slowMs, rates);
  }

  close(): void {
    this.#closed.abort();
  }

  #apply(fault: Fault | undefined, unit: Unit, slowMs: number, rates: FaultRates): void {
    const { random, onCut } = this.#options;
    switch (fault) {
      case 'drop':
        return;
      case 'duplicate':
        this.#send(unit, slowMs);
        return this.#send(unit, slowMs);
      case 'reorder':
        return this.#later(unit, random.integer(1, REORDER_MS));
      case 'delay':
        return this.#send(unit, slowMs + random.integer(1, rates.delayMs ?? DELAY_MS));
      case 'cut':
        if (this.#closed.signal.aborted) return;
        // Nothing may follow the half of it.
        this.close();
        this.#options.to.write(unit.bytes.subarray(0, Math.ceil(unit.bytes.byteLength / 2)), onCut);
        return;
      case undefined:
        return this.#send(unit, slowMs);
      default: {
        const exhaustive: never = fault;
        return exhaustive;
      }
    }
  }

  /** In order: what is behind it waits too. */
  #send(unit: Unit, afterMs: number): void {
    if (afterMs === 0 && this.#waiting === 0) return this.#write(unit);
    this.#waiting += 1;
    this.#waitingBytes += unit.bytes.byteLength;
    this.#limit();
    this.#queue = this.#queue.then(async () => {
      if (afterMs > 0) await this.#wait(afterMs);
      this.#waiting -= 1;
      this.#waitingBytes -= unit.bytes.byteLength;
      this.#limit();
      this.#write(unit);
    });
  }

  #limit(): void {
    const held = this.#waitingBytes > HIGH_WATER_BYTES;
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#options.from.pause();
    else if (!this.#options.isSilent()) this.#options.from.resume();
  }

  #later(unit: Unit, afterMs: number): void {
    void this.#wait(afterMs).then(() => this.#write(unit));
  }

  /** Ends early when the connection does. */
  async #wait(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#closed.signal }).catch(() => undefined);
  }

  #write(unit: Unit): void {
    if (this.#closed.signal.aborted) return;
    this.#options.to.write(unit.bytes);
    this.#options.onPassed(unit);
  }
}

function describe({ bytes, publish }: Unit): string {
  return publish === undefined
    ? `${bytes.byteLength} bytes`
    : `PUBLISH ${publish.topic} (${publish.payload.byteLength} bytes)`;
}
