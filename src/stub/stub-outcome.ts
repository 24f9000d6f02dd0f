import type { MessageToStub } from '../protocol/message.ts';
import type { Outcome } from './invocation.ts';
import type { DeployedAnswer } from './observed-copy.ts';

/** Of the run on the laptop, for whoever reports it. */
export type LocalRun = { readonly initMs?: number; readonly maxMemoryMb?: number };

/** What an invocation came to, in bytes: the caller decides how its runtime says it. */
export type StubOutcome =
  /** The deployed handler is to run. */
  | {
      readonly type: 'deployed';
      /**
       * Only when a session watches: takes what the deployed handler came to, before it is returned. Holds that up for
       * a few milliseconds at most, and never rejects.
       */
      readonly observe?: (answer: DeployedAnswer) => Promise<void>;
    }
  /** The local handler's answer as JSON. */
  | { readonly type: 'answered'; readonly payload: Uint8Array; readonly run: LocalRun }
  /** Every piece has been given to `onChunk`. */
  | { readonly type: 'streamed'; readonly run: LocalRun }
  /** Lambda's error object as JSON. `run` when the local handler ran. */
  | {
      readonly type: 'failed';
      readonly errorType: string;
      readonly payload: Uint8Array;
      readonly run?: LocalRun;
    };

export const DEPLOYED: StubOutcome = { type: 'deployed' };

type Answer = Extract<MessageToStub, { kind: 'result' | 'error' | 'end' }>;

export function answerOf(message: Answer, print: (line: string) => void): StubOutcome {
  const { logs, logsLeftOut, initMs, maxMemoryMb } = message.meta;
  const run: LocalRun = {
    ...(initMs === undefined ? {} : { initMs }),
    ...(maxMemoryMb === undefined ? {} : { maxMemoryMb }),
  };
  if (logsLeftOut !== undefined) print(`llx: ${logsLeftOut} earlier log lines were left out`);
  for (const line of logs) print(line);
  if (message.kind === 'result') return { type: 'answered', payload: message.payload, run };
  if (message.kind === 'end' && !message.meta.failed) return { type: 'streamed', run };
  return { type: 'failed', errorType: errorTypeOf(message.payload), payload: message.payload, run };
}

export function failureOutcome(
  outcome: Exclude<Outcome, { type: 'answered' }>,
  requestId: string,
  remainingMs: number,
): StubOutcome {
  switch (outcome.type) {
    case 'deployed':
      return DEPLOYED;
    case 'failed':
      return failure(outcome.failure, requestId, outcome.message);
    case 'timed-out':
      // What was left at the start, in full seconds, is the function's timeout.
      return failure(
        'Sandbox.Timedout',
        requestId,
        `Task timed out after ${Math.ceil(remainingMs / 1000).toFixed(2)} seconds`,
      );
    default: {
      const exhaustive: never = outcome;
      return exhaustive;
    }
  }
}

/** An error object in the form of Lambda's own. */
export function failure(
  errorType: string,
  requestId: string,
  message: string,
): Extract<StubOutcome, { type: 'failed' }> {
  const errorMessage = `RequestId: ${requestId} Error: ${message}`;
  return {
    type: 'failed',
    errorType,
    payload: new TextEncoder().encode(JSON.stringify({ errorType, errorMessage })),
  };
}

function errorTypeOf(payload: Uint8Array): string {
  const error: unknown = JSON.parse(new TextDecoder().decode(payload));
  return typeof error === 'object' && error !== null && 'errorType' in error
    ? String(error.errorType)
    : 'Error';
}
