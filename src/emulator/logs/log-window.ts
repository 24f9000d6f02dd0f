import type { StoredLogEvent } from './log-events.ts';

/** Beside its message, roughly. */
const EVENT_BYTES = 150;

/** The first events of many that come in any order: not more of them than fit, whatever comes. */
export class LogWindow {
  readonly #compare: (a: StoredLogEvent, b: StoredLogEvent) => number;
  readonly #mostBytes: number;
  #events: StoredLogEvent[] = [];
  #bytes = 0;
  /** The last that is kept, once there are others behind it that are not. */
  #end: StoredLogEvent | undefined;

  constructor(options: {
    readonly compare: (a: StoredLogEvent, b: StoredLogEvent) => number;
    readonly mostBytes: number;
  }) {
    this.#compare = options.compare;
    this.#mostBytes = options.mostBytes;
  }

  add(event: StoredLogEvent): void {
    if (this.#end !== undefined && this.#compare(event, this.#end) > 0) return;
    this.#events.push(event);
    this.#bytes += sizeOf(event);
    // Twice as many, so that it is not sorted anew for each of them.
    if (this.#bytes > 2 * this.#mostBytes) this.#cut();
  }

  /** In their order. */
  events(): readonly StoredLogEvent[] {
    return this.#events.sort(this.#compare);
  }

  /** The last of them, where there were others behind it. */
  get end(): StoredLogEvent | undefined {
    return this.#end;
  }

  #cut(): void {
    const sorted = this.#events.sort(this.#compare);
    let [count, bytes] = [0, 0];
    for (const event of sorted) {
      const size = sizeOf(event);
      // One always, or whoever reads on from its end would stand still.
      if (count > 0 && bytes + size > this.#mostBytes) break;
      count += 1;
      bytes += size;
    }
    if (count < sorted.length) this.#end = sorted[count - 1];
    this.#events = sorted.slice(0, count);
    this.#bytes = bytes;
  }
}

function sizeOf({ message }: StoredLogEvent): number {
  return 2 * message.length + EVENT_BYTES;
}
