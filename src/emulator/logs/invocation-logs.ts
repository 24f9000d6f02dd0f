import type { DropCounter } from '../../protocol/drops.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { InvocationEvent } from '../lambda/invocation-event.ts';
import type { InvocationCall } from '../lambda/invocation-service.ts';
import { endLines, startLines } from '../lambda/system-log.ts';
import type { LogLine, LogStore } from './log-store.ts';

const FLUSH_MS = 100;
/** While the store is not loaded, or the disk is slow: beyond it lines are dropped, and counted. */
const DEFAULT_MAX_CHARACTERS = 16 * 1024 * 1024;
/** A line of three words costs more than its letters. */
const LINE_OVERHEAD = 100;

/**
 * Lambda's side of CloudWatch Logs: what functions print, and what Lambda says of it, go to their log groups in
 * batches, off the path of the invocation. A crash loses at most the last tenth of a second of it.
 */
export class InvocationLogs {
  readonly #clock: EmulatorClock;
  readonly #drops: DropCounter;
  readonly #redact: (text: string) => string;
  readonly #maxCharacters: number;
  #store: LogStore | undefined;
  #lines: LogLine[] = [];
  #characters = 0;
  #cancelFlush: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly clock: EmulatorClock;
    readonly drops: DropCounter;
    /** Of lines that wait to be written. @default 16 Mi */
    readonly maxCharacters?: number;
    /** What no file may hold is replaced. @default nothing is */
    readonly redact?: ((text: string) => string) | undefined;
  }) {
    this.#clock = options.clock;
    this.#drops = options.drops;
    this.#redact = options.redact ?? ((text) => text);
    this.#maxCharacters = options.maxCharacters ?? DEFAULT_MAX_CHARACTERS;
  }

  /** For `InvocationService.observe`. */
  readonly observe = (event: InvocationEvent): void => {
    switch (event.type) {
      case 'started':
        return this.#push(event.call, event.at, startLines(event.call, event.at));
      case 'log':
        return this.#push(event.call, event.at, [event.text]);
      case 'ended':
        return this.#push(event.call, event.at, endLines(event.call, event.result, event.at));
      default:
        return;
    }
  };

  /** From now on lines are written; those that wait, at once. */
  attach(store: LogStore): void {
    this.#store = store;
    this.flush();
  }

  /** Writes what waits: before logs are read, so that a caller finds what its invocation printed. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#store === undefined || this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    this.#characters = 0;
    try {
      this.#store.append(lines.map((line) => ({ ...line, message: this.#redact(line.message) })));
    } catch (error) {
      // A full disk must not end the emulator, nor fail whoever invokes a function.
      this.#drops.drop('store-full', `${lines.length} log lines: ${String(error)}`);
    }
  }

  /** Writes what waits. Idempotent; lines that come later are dropped. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
  }

  #push(call: InvocationCall, at: number, messages: readonly string[]): void {
    for (const message of messages) this.#add(call, at, message);
  }

  #add({ resolved }: InvocationCall, at: number, message: string): void {
    if (this.#closed || this.#characters > this.#maxCharacters) {
      this.#drops.drop('store-full', `a log line of ${resolved.deployed.spec.name}`);
      return;
    }
    const { logGroupName: groupName, logStreamName: streamName } = resolved.deployed;
    this.#lines.push({ groupName, streamName, at, message });
    this.#characters += message.length + LINE_OVERHEAD;
    if (this.#store !== undefined) this.#cancelFlush ??= this.#clock.schedule(() => this.flush(), FLUSH_MS);
  }
}
