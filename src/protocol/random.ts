import { randomFillSync } from 'node:crypto';
import type { InvocationId } from './message.ts';

/** So many random bytes, never the same ones twice. */
export type RandomBytes = (size: number) => Uint8Array;

const POOL_BYTES = 4096;

/**
 * Cryptographically random bytes, drawn ahead: a nonce from the pool costs a tenth of a call into OpenSSL.
 * A pool is filled anew in memory of its own, so bytes that were handed out never change.
 */
export function pooledRandom(fill: (pool: Uint8Array) => void = randomFillSync): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (size) => {
    if (used + size > pool.byteLength) {
      pool = new Uint8Array(Math.max(POOL_BYTES, size));
      fill(pool);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}

/** For the whole process. */
export const random: RandomBytes = pooledRandom();

export function newInvocationId(randomBytes: RandomBytes = random): InvocationId {
  return Buffer.from(randomBytes(16)).toString('hex');
}
