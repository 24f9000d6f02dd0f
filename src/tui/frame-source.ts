import type { SessionState, SessionStore } from '../session/store.ts';

export interface FrameSource {
  subscribe(listener: () => void): () => void;
  getSnapshot(): SessionState;
}

/** Of the time, drawing may take a tenth: the rest is for the invocations. */
const PAUSE_PER_DRAWING = 9;

/**
 * The session's state, as often as a screen should show it: under load the store changes thousands of times a second,
 * and each drawing costs milliseconds. The first change after a pause shows at once.
 * `intervalMs` is the shortest pause; `now` is monotonic.
 */
export function createFrameSource(
  store: SessionStore,
  intervalMs = 40,
  now: () => number = () => performance.now(),
): FrameSource {
  let snapshot = store.getState();
  let pausing = false;
  let timer: NodeJS.Timeout | undefined;
  let changed = false;
  const listeners = new Set<() => void>();
  let unsubscribe: (() => void) | undefined;

  function announce(): void {
    changed = false;
    pausing = true;
    snapshot = store.getState();
    const start = now();
    for (const listener of listeners) listener();
    // React draws in a microtask that the listeners have queued by now.
    queueMicrotask(() => {
      if (unsubscribe === undefined) return;
      timer = setTimeout(resume, Math.max(intervalMs, (now() - start) * PAUSE_PER_DRAWING));
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
    subscribe(listener) {
      listeners.add(listener);
      if (unsubscribe === undefined) {
        snapshot = store.getState();
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
