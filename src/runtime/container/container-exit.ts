import { constants } from 'node:os';
import type { ExitStatus } from '../worker.ts';

/** What a shell, and the init process of a container, add to the number of a signal. */
const SIGNALLED = 128;

/** How a container ended, as a process would have. */
export function containerExit(code: number, outOfMemory: boolean): ExitStatus {
  const number = code - SIGNALLED;
  const signal = signalNames.get(number) ?? null;
  return {
    ...(signal === null ? { code, signal } : { code: null, signal }),
    ...(outOfMemory ? { container: 'out-of-memory' as const } : {}),
  };
}

const signalNames: ReadonlyMap<number, NodeJS.Signals> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);
