import { useEffect, useReducer } from 'react';

/** The time now; while `active`, drawn again every second. */
export function useSeconds(now: () => number, active: boolean): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [active]);
  return now();
}
