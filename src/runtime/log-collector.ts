import { StringDecoder } from 'node:string_decoder';
import type { DropCounter } from '../protocol/drops.ts';
import { LOG_BYTES } from '../protocol/limits.ts';
import type { LogLine } from './invocation.ts';

type Stream = LogLine['stream'];
export type LogSink = (line: LogLine) => void;

/**
 * Gives each line of a process to the invocation that runs. What is printed while none runs, during init for
 * example, waits for the next, as it would in a log of Lambda.
 */
export class LogCollector {
  readonly #drops: DropCounter;
  readonly #partial = new Map<string, { readonly stream: Stream; text: string }>();
  #sink: LogSink | undefined;
  #waiting: LogLine[] = [];
  #waitingBytes = 0;

  constructor(drops: DropCounter) {
    this.#drops = drops;
  }

  /** From now on lines go there, those that waited first. Undefined: they wait again. */
  direct(sink: LogSink | undefined): void {
    this.#sink = sink;
    if (sink) for (const line of this.takeWaiting()) sink(line);
  }

  takeWaiting(): readonly LogLine[] {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return lines;
  }

  record(stream: Stream, text: string): void {
    this.flush('channel');
    this.#emit({ stream, text: text.endsWith('\n') ? text.slice(0, -1) : text });
  }

  /** Text that may end within a line. `source` tells apart what is written at the same time. */
  text(source: 'channel' | 'descriptor', stream: Stream, text: string): void {
    const key = `${source} ${stream}`;
    const lines = ((this.#partial.get(key)?.text ?? '') + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#emit({ stream, text: line });
    if (rest === '') this.#partial.delete(key);
    else if (rest.length > LOG_BYTES) {
      this.#partial.delete(key);
      this.#emit({ stream, text: rest });
    } else this.#partial.set(key, { stream, text: rest });
  }

  /** What was written without a line end becomes a line: the invocation, or the process, has ended. */
  flush(source?: 'channel'): void {
    for (const [key, { stream, text }] of this.#partial) {
      if (source !== undefined && !key.startsWith(source)) continue;
      this.#partial.delete(key);
      this.#emit({ stream, text });
    }
  }

  #emit(line: LogLine): void {
    if (this.#sink) {
      this.#sink(line);
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.text.length;
    while (this.#waitingBytes > LOG_BYTES) {
      const oldest = this.#waiting.shift();
      if (!oldest) break;
      this.#waitingBytes -= oldest.text.length;
      this.#drops.drop('store-full', 'a line that was printed while no invocation ran');
    }
  }
}

/** Decodes UTF-8 that is cut anywhere. */
export function decodeText(onText: (text: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  return (chunk) => onText(decoder.write(chunk));
}
