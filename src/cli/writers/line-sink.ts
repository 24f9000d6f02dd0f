import type { Writable } from 'node:stream';

/** What a slow reader may leave unread in this process. */
const UNREAD_BYTES = 8 * 1024 * 1024;

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
 * Lines to a stream whose reader may be slow, or gone (`llx dev --json | head -1`). Lines of one turn of the event loop
 * leave together and after it, so that writing them does not delay an answer that is due in the same turn.
 */
export function createLineSink({ stdout, leftOutLine, closeTimeoutMs = 1_000 }: LineSinkOptions): LineSink {
  let lines: string[] = [];
  let leftOut = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let closing: Promise<void> | undefined;

  // EPIPE: the reader has left. The stream is destroyed then, and without a listener the process would be as well.
  const onError = () => {};
  stdout.on('error', onError);

  const usable = () => stdout.writable && !stdout.destroyed;

  function flush(): void {
    if (scheduled !== undefined) clearImmediate(scheduled);
    scheduled = undefined;
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    lines = [];
    if (usable()) stdout.write(text);
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
    scheduled ??= setImmediate(flush);
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
