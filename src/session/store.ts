import type { LogLine } from '../runtime/invocation.ts';
import type { ConnectionState } from '../transport/transport.ts';
import type { FunctionState, Phase, SessionEvent } from './event.ts';
import type { InvocationContext } from './invocation-context.ts';
import { InvocationHistory } from './invocation-history.ts';
import { reduceSession } from './session-state.ts';

/** One invocation as screens and writers show it. */
export type InvocationRecord = {
  readonly id: string;
  readonly requestId: string;
  readonly functionName: string;
  readonly lane: string;
  readonly phase: Phase;
  /** While it runs: what it waits for. */
  readonly step: 'queued' | 'building' | 'starting' | 'running' | undefined;
  /** Id of the invocation whose event ran again. */
  readonly replayOf: string | undefined;
  readonly context: InvocationContext | undefined;
  /** How often the function had been reloaded when it was offered. */
  readonly reloads: number;
  /** Epoch milliseconds, for display only. */
  readonly offeredAt: number;
  /** When each step began, as far as it got. */
  readonly claimedAt: number | undefined;
  readonly buildingAt: number | undefined;
  readonly startingAt: number | undefined;
  readonly runningAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly durationMs: number | undefined;
  readonly initMs: number | undefined;
  readonly coldStart: boolean | undefined;
  readonly maxMemoryMb: number | undefined;
  /** How many offers with this request id there were, this one included: Lambda's retries keep the id. */
  readonly attempt: number;
  readonly event: Uint8Array;
  /** The answer, or the error object, as JSON. */
  readonly answer: Uint8Array | undefined;
  /** Of the whole answer, when `answer` is only its beginning. */
  readonly answerBytes: number | undefined;
  readonly errorType: string | undefined;
  /** Why it was refused, withdrawn or cancelled. */
  readonly reason: string | undefined;
  readonly logs: readonly LogLine[];
  /** UTF-8 bytes of `logs`. */
  readonly logBytes: number;
  /** Older lines that are no longer in `logs`. */
  readonly logsLeftOut: number;
  /** Event, answer and logs were let go to make room: they are empty here, not in reality. */
  readonly bodiesLeftOut: boolean;
  /** Kept although newer ones need the room, because the user said so. */
  readonly pinned: boolean;
};

export type FunctionRecord = {
  readonly name: string;
  readonly arn: string;
  readonly state: FunctionState;
  readonly invocations: number;
  readonly errors: number;
  /** How often its code was loaded anew. */
  readonly reloads: number;
};

export type SessionState = {
  readonly connection: ConnectionState;
  readonly functions: readonly FunctionRecord[];
  /** Oldest first, at most `KEPT.invocations`. */
  readonly invocations: InvocationHistory;
  /** How many of them have not ended. */
  readonly running: number;
  /** Bytes of events, answers and logs of all invocations together, at most `KEPT.bytes`. */
  readonly keptBytes: number;
  readonly totals: { readonly offered: number; readonly succeeded: number; readonly failed: number };
  /** Publishes that wait for the broker's quotas, and how long the last of them will; undefined: none does. */
  readonly pacing: { readonly waiting: number; readonly delayMs: number } | undefined;
  /** When the developer's own credentials end: epoch milliseconds. Undefined: nobody knows, or never. */
  readonly credentialsExpireAt: number | undefined;
  /** Messages thrown away, by `process reason`. */
  readonly drops: Readonly<Record<string, number>>;
  /** Newest last, at most `KEPT.notices`. */
  readonly notices: readonly Notice[];
};

export type Notice = {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** The states of the functions say the same, for as long as it is so. */
  readonly about?: 'lanes';
  /** What a saved file made new, while nothing else was told. */
  readonly reloaded?: {
    readonly file: string | undefined;
    readonly functions: readonly string[];
    readonly durationMs: number;
  };
};

export interface SessionStore {
  getState(): SessionState;
  /** At most once per turn of the event loop, after any number of events. For screens. */
  subscribe(listener: () => void): () => void;
  /** Every event, in order, at once. For writers. */
  onEvent(listener: (event: SessionEvent) => void): () => void;
  dispatch(event: SessionEvent): void;
}

export const INITIAL_STATE: SessionState = {
  connection: { status: 'connecting', attempt: 1 },
  functions: [],
  invocations: InvocationHistory.empty(),
  running: 0,
  keptBytes: 0,
  totals: { offered: 0, succeeded: 0, failed: 0 },
  pacing: undefined,
  credentialsExpireAt: undefined,
  drops: {},
  notices: [],
};

export function createSessionStore(
  reduce: (state: SessionState, event: SessionEvent) => SessionState = reduceSession,
): SessionStore {
  let state = INITIAL_STATE;
  let announced = true;
  const subscribers = new Set<() => void>();
  const listeners = new Set<(event: SessionEvent) => void>();
  return {
    getState: () => state,
    subscribe(listener) {
      subscribers.add(listener);
      return () => subscribers.delete(listener);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch(event) {
      state = reduce(state, event);
      for (const listener of listeners) listener(event);
      if (!announced || subscribers.size === 0) return;
      announced = false;
      setImmediate(() => {
        announced = true;
        for (const listener of subscribers) listener();
      });
    },
  };
}
