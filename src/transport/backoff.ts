const FIRST_MS = 1_000;
const MAX_MS = 30_000;

/**
 * Milliseconds to wait after attempt `n` (from 1) has failed: up to a second, doubling to half a minute. Jitter over
 * all but the first half second, because many clients of a broker that restarts must not meet.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** (attempt - 1));
  return FIRST_MS / 2 + random() * (ceiling - FIRST_MS / 2);
}
