import type { HolderIdentity } from '../protocol/presence.ts';
import type { BuildProblem, InvocationResult, LogLine } from '../runtime/invocation.ts';
import type { ConnectionState } from '../transport/transport.ts';
import type { InvocationContext } from './invocation-context.ts';
import type { StreamedAnswer } from './stream-beginning.ts';

/** How an invocation stands, in the words of DESIGN's state machine as the laptop sees it. */
export type Phase =
  | 'offered' // the event has arrived
  | 'claimed' // accepted: it runs here
  | 'succeeded'
  | 'failed' // the handler failed; the caller sees its error
  | 'timed-out' // killed at its deadline
  | 'refused' // cannot run here: the deployed handler may
  | 'withdrawn' // the stub stopped waiting before the claim arrived
  | 'cancelled' // stopped by the caller's side, or by quitting
  | 'observed'; // the deployed handler ran it; this is a copy

export type FunctionState =
  | { readonly status: 'serving' }
  | { readonly status: 'off' }
  | ({ readonly status: 'held' } & HolderIdentity)
  | { readonly status: 'build-error'; readonly problems: readonly BuildProblem[] };

/** What happens in a session, in order. The store is made of nothing else; every writer and screen shows it. */
export type SessionEvent =
  | { readonly type: 'connection'; readonly state: ConnectionState }
  | { readonly type: 'function'; readonly name: string; readonly arn: string; readonly state: FunctionState }
  | {
      readonly type: 'offered';
      readonly id: string;
      readonly requestId: string;
      readonly functionName: string;
      readonly lane: string;
      readonly event: Uint8Array;
      /** Epoch milliseconds, for display only. */
      readonly at: number;
      readonly context?: InvocationContext;
      /** Id of the invocation whose event runs again, here and for nobody; it may no longer be kept. */
      readonly replayOf?: string;
    }
  | { readonly type: 'claimed'; readonly id: string; readonly at: number }
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly step: 'building' | 'starting' | 'running';
      readonly at: number;
    }
  | { readonly type: 'log'; readonly id: string; readonly line: LogLine }
  | {
      readonly type: 'ended';
      readonly id: string;
      readonly at: number;
      readonly result: InvocationResult;
      /** Of an answer that was sent piece by piece: the result is without it. */
      readonly streamed?: StreamedAnswer;
    }
  | {
      readonly type: 'stopped';
      readonly id: string;
      readonly at: number;
      readonly phase: 'refused' | 'withdrawn' | 'cancelled';
      readonly reason: string;
    }
  /** A copy of what the deployed handler was given and answered, after the fact. */
  | {
      readonly type: 'observed';
      readonly id: string;
      readonly requestId: string;
      readonly functionName: string;
      readonly lane: string;
      readonly event: Uint8Array;
      /** JSON, or the bytes of a stream: all of it, or its beginning. */
      readonly answer: Uint8Array;
      /** Of the whole answer. */
      readonly answerBytes: number;
      readonly streamed: boolean;
      readonly durationMs: number;
      /** When the deployed handler failed. */
      readonly errorType: string | undefined;
      readonly at: number;
    }
  /** The user wants an invocation kept, or no longer. */
  | { readonly type: 'pinned'; readonly id: string; readonly on: boolean }
  | {
      readonly type: 'reloaded';
      readonly functionName: string;
      readonly file: string | undefined;
      readonly durationMs: number;
    }
  /** Publishes are held back, to keep to the broker's quotas; `waiting` 0: no longer. */
  | { readonly type: 'pacing'; readonly waiting: number; readonly delayMs: number }
  /** When the developer's own credentials end, in epoch milliseconds. */
  | { readonly type: 'credentials'; readonly expireAt: number | undefined }
  | {
      readonly type: 'dropped';
      readonly process: 'session' | 'stub' | 'broker' | 'runtime';
      readonly reason: string;
      readonly detail: string;
    }
  | {
      readonly type: 'notice';
      readonly level: 'info' | 'warning' | 'error';
      readonly text: string;
      /** The states of the functions say the same, for as long as it is so. */
      readonly about?: 'lanes';
    };
