import { writeSync } from 'node:fs';

const wait = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes everything before it returns: what was printed or answered is not lost when the next statement crashes the
 * process, and stays in order.
 */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.byteLength) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      if (!isFull(error)) throw error;
      // A handler, or native code, has made the pipe non-blocking: waits for the reader.
      Atomics.wait(wait, 0, 0, 1);
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
