import type { SessionState, SessionStore } from '../session/store.ts';

export interface FrameSource {
  subscribe(listener: () => void): () => void;
  getSnapshot(): SessionState;
}

/**
 * The session's state, as often as a screen can show it: under load the store changes thousands of times a second, and
 * each rendering costs milliseconds that the invocations need. The first change after a pause shows at once.
 */
export function createFrameSource(store: SessionStore, intervalMs = 40): FrameSource {
  let snapshot = store.getState();
  let pause: NodeJS.Timeout | undefined;
  let changed = false;
  const listeners = new Set<() => void>();
  let unsubscribe: (() => void) | undefined;

  function announce(): void {
    changed = false;
    snapshot = store.getState();
    pause = setTimeout(() => {
      pause = undefined;
      if (changed) announce();
    }, intervalMs);
    for (const listener of listeners) listener();
  }

  function onChange(): void {
    if (pause === undefined) announce();
    else changed = true;
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
        clearTimeout(pause);
        pause = undefined;
      };
    },
  };
}
