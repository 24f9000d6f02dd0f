import type { Duplex } from 'node:stream';

/** What a timer of Node.js can wait at most: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Ends a connection when it is so old; `onEnd` is told before. An infinite life needs no timer. */
export function endAfter(stream: Duplex, seconds: number, onEnd: () => void): void {
  if (seconds * 1000 > LONGEST_MS) return;
  const timer = setTimeout(() => {
    onEnd();
    stream.destroy();
  }, seconds * 1000);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
}
