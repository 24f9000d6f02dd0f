import type { SessionState, SessionStore } from '../session/store.ts';
import type { LatestDrop, LatestDrops } from './latest-drops.ts';

/** All that a screen shows of a session. */
export type Frame = {
  readonly state: SessionState;
  /** Shown in full, newest last. */
  readonly drops: readonly LatestDrop[];
};

export interface FrameSource {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Frame;
  /** As it is now, which may not have been drawn yet: for a decision, not for a screen. */
  latest(): Frame;
}

export type FrameSourceOptions = {
  /** Absent: what is dropped is only counted. */
  readonly drops?: Pick<LatestDrops, 'latest'> | undefined;
  /** From the beginning of a frame to that of the next one, at least. @default 33: 30 frames a second */
  readonly intervalMs?: number;
  /** Monotonic. */
  readonly now?: () => number;
  /** Milliseconds of the processor that this process has had. */
  readonly busy?: () => number;
  /** Told how many milliseconds a frame took. */
  readonly onFrame?: ((milliseconds: number) => void) | undefined;
};

/** Of the time, drawing may take a quarter, so that ten milliseconds a frame are 25 frames a second. */
const PAUSE_PER_DRAWING = 3;
const LONGEST_PAUSE_MS = 150;

const NO_DROPS: readonly LatestDrop[] = [];

/**
 * The session, as often as a screen should show it: under load the store changes thousands of times a second,
 * and each drawing costs milliseconds. The first change after a pause shows at once.
 */
export function createFrameSource(
  store: SessionStore,
  {
    drops,
    intervalMs = 33,
    now = () => performance.now(),
    busy = processorTime,
    onFrame,
  }: FrameSourceOptions = {},
): FrameSource {
  let snapshot = take();
  let pausing = false;
  let timer: NodeJS.Timeout | undefined;
  let changed = false;
  const listeners = new Set<() => void>();
  let unsubscribe: (() => void) | undefined;

  function take(): Frame {
    return { state: store.getState(), drops: drops?.latest ?? NO_DROPS };
  }

  function announce(): void {
    changed = false;
    pausing = true;
    snapshot = take();
    const start = now();
    const busyBefore = busy();
    for (const listener of listeners) listener();
    // React draws in a microtask that the listeners have queued by now.
    queueMicrotask(() => {
      if (unsubscribe === undefined) return;
      const took = now() - start;
      onFrame?.(took);
      // By the processor's time: a frame that other programs held up has cost nobody more than any other.
      const pause = Math.min((busy() - busyBefore) * PAUSE_PER_DRAWING, LONGEST_PAUSE_MS);
      timer = setTimeout(resume, Math.max(intervalMs - took, pause));
    });
  }

  function resume(): void {
    pausing = false;
    if (changed) announce();
  }

  function onChange(): void {
    if (pausing) changed = true;
    else announce();
  }

  return {
    getSnapshot: () => snapshot,
    latest: take,
    subscribe(listener) {
      listeners.add(listener);
      if (unsubscribe === undefined) {
        snapshot = take();
        unsubscribe = store.subscribe(onChange);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unsubscribe?.();
        unsubscribe = undefined;
        clearTimeout(timer);
        pausing = false;
      };
    },
  };
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
