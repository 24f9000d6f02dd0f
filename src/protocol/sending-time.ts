import type { QuotaProfile } from './quota-profile.ts';

/**
 * How long these frames take to pass a broker that holds a connection to its quotas, in milliseconds: what is
 * certain before the first of them is sent. 0 where there are none.
 */
export function sendingMs(
  frames: readonly Uint8Array[],
  { bytesPerSecond, publishesPerSecond }: QuotaProfile,
): number {
  const bytes = frames.reduce((sum, frame) => sum + frame.byteLength, 0);
  return Math.max(bytes / bytesPerSecond, frames.length / publishesPerSecond) * 1000;
}

/**
 * Why a payload is not sent, when it cannot pass within `leftMs`; undefined when it can. For people: both numbers are
 * in it.
 */
export function cannotPass(
  what: string,
  frames: readonly Uint8Array[],
  leftMs: number,
  quotas: QuotaProfile,
): string | undefined {
  const neededMs = sendingMs(frames, quotas);
  // Where there are no quotas nothing is too large, however late it is.
  if (neededMs <= Math.max(0, leftMs)) return undefined;
  const bytes = frames.reduce((sum, frame) => sum + frame.byteLength, 0);
  return `${what} takes ${bytes} bytes on the wire, which need ${Math.ceil(neededMs)} ms through this broker, and ${Math.max(0, Math.floor(leftMs))} ms are left`;
}
