import type { Transport } from './transport.ts';

const TICK_MS = 1_000;

export type SleepWatchOptions = {
  /** A pause longer than this was a sleep. @default 5000 */
  readonly pauseMs?: number;
  /** How long the broker may take to answer after it. @default 5000 */
  readonly probeMs?: number;
  readonly wallClock?: () => number;
  readonly monotonicClock?: () => number;
};

/**
 * Probes the connection as soon as this machine wakes from sleep, or this process from SIGSTOP: the broker may have
 * dropped it long ago, and nothing but a packet that is not answered would tell. A dead connection is then renewed by
 * the transport. Keeps no process alive.
 *
 * Two clocks, because neither sees every pause: the monotonic one stands still during sleep on Linux, and the wall
 * clock may be set. A clock that somebody set forward costs a probe.
 *
 * @returns what ends it, idempotent
 */
export function watchSleep(
  transport: Pick<Transport, 'probe' | 'state'>,
  options: SleepWatchOptions = {},
): () => void {
  const {
    pauseMs = 5_000,
    probeMs = 5_000,
    wallClock = Date.now,
    monotonicClock = () => performance.now(),
  } = options;
  let wall = wallClock();
  let monotonic = monotonicClock();
  let probing = false;
  const probe = async (): Promise<void> => {
    probing = true;
    // Never rejects; a connection that is being renewed is young enough.
    await transport.probe(probeMs);
    probing = false;
  };
  const timer = setInterval(() => {
    const [wallNow, monotonicNow] = [wallClock(), monotonicClock()];
    const pause = Math.max(wallNow - wall, monotonicNow - monotonic) - TICK_MS;
    wall = wallNow;
    monotonic = monotonicNow;
    if (pause > pauseMs && !probing && transport.state.status === 'connected') void probe();
  }, TICK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
