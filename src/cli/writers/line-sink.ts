import type { Writable } from 'node:stream';

/** What a slow reader may leave unread in this process. */
const UNREAD_BYTES = 8 * 1024 * 1024;

/** Lines of a busy moment leave at this pace, together: each write is a system call, and wakes the reader. */
const PACE_MS = 8;
/** So many characters leave at once, whatever the pace. */
const WAITING_CHARACTERS = 64 * 1024;

export type LineSinkOptions = {
  readonly stdout: Writable;
  /** Makes the line that says how many were left out while the reader was too slow. */
  readonly leftOutLine: (lines: number) => string;
  /** @default 1,000 */
  readonly closeTimeoutMs?: number;
};

export interface LineSink {
  write(line: string): void;
  /** Everything so far goes to the stream now. */
  flush(): void;
  close(): Promise<void>;
}

/**
 * Lines to a stream whose reader may be slow, or gone (`llx dev --json | head -1`). A line leaves after the turn of the
 * event loop, so that writing it does not delay an answer that is due in the same turn; those that follow it closely leave
 * together.
 */
export function createLineSink({ stdout, leftOutLine, closeTimeoutMs = 1_000 }: LineSinkOptions): LineSink {
  let lines: string[] = [];
  let characters = 0;
  let leftOut = 0;
  let lastWrite = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let closing: Promise<void> | undefined;

  // EPIPE: the reader has left. The stream is destroyed then, and without a listener the process would be as well.
  const onError = () => {};
  stdout.on('error', onError);

  const usable = () => stdout.writable && !stdout.destroyed;

  function flush(): void {
    cancel?.();
    cancel = undefined;
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    lines = [];
    characters = 0;
    lastWrite = performance.now();
    if (usable()) stdout.write(text);
  }

  function schedule(): () => void {
    const waitMs = lastWrite + PACE_MS - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(flush, waitMs);
      return () => clearTimeout(timer);
    }
    const turn = setImmediate(flush);
    return () => clearImmediate(turn);
  }

  function write(line: string): void {
    if (closing !== undefined || !usable()) return;
    if (stdout.writableLength > UNREAD_BYTES) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0) lines.push(leftOutLine(leftOut));
    leftOut = 0;
    lines.push(line);
    characters += line.length;
    if (characters > WAITING_CHARACTERS) flush();
    else cancel ??= schedule();
  }

  async function close(): Promise<void> {
    if (leftOut > 0) lines.push(leftOutLine(leftOut));
    flush();
    await written();
    stdout.off('error', onError);
  }

  function written(): Promise<void> {
    if (!usable() || stdout.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, closeTimeoutMs);
      function done(): void {
        clearTimeout(timer);
        stdout.off('close', done);
        resolve();
      }
      stdout.once('close', done);
      stdout.write('', done);
    });
  }

  return {
    write,
    flush,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
