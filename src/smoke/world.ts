import type { Observed, ObservedCall } from '../fixtures/expect/observed.ts';

/** What the handler of one invocation takes for the time and for chance. */
export type WorldInvokeOptions = {
  readonly clientContext?: unknown;
  readonly clock?: string;
  readonly seed?: number;
  /** Whether these are the calls that are waited for, for a while, after the answer. */
  readonly until?: (calls: readonly ObservedCall[]) => boolean;
  readonly signal?: AbortSignal;
};

export type WorldInvocation = Observed & {
  /** Of a failure: `handler` when the handler itself threw, else what kept it from answering. */
  readonly failedBecause?: string;
};

/** Functions beside a small AWS of their own. What one function does in its world, no function of another sees. */
export type World = {
  /** A function that fails is an answer with an `error`; rejects when there is none, or with the signal's reason. */
  invoke(functionName: string, event: unknown, options: WorldInvokeOptions): Promise<WorldInvocation>;
  close(): Promise<void>;
};

/** Rejects when it cannot be started, or with the signal's reason. */
export type StartWorld = (functionName: string, signal: AbortSignal) => Promise<World>;
