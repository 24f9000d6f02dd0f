import type { InvocationResult } from '../../../runtime/invocation.ts';
import type { Failure } from '../../../runtime/outcome.ts';
import type { LocalRun } from '../../../stub/stub-outcome.ts';
import type { AnswerStream, InvocationCall } from '../invocation-service.ts';

/** An invocation that the host process was given. */
export type HostCall = {
  readonly call: InvocationCall;
  readonly startedAt: number;
  /** By which Lambda ends it; on the clock of `startedAt`. */
  readonly deadline: number;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal;
  readonly stream: AnswerStream | undefined;
  readonly timer: NodeJS.Timeout;
  readonly settle: (result: InvocationResult | Promise<InvocationResult>) => void;
};

/** What came of it. */
export type HostOutcome = { readonly run?: LocalRun } & (
  | Failure
  | { readonly status: 'succeeded'; readonly payload: Uint8Array; readonly streamed: boolean }
);

/** By what the stub calls it: of AWS's own names, those that Lambda gives to the end of an environment. */
export function failureKind(errorType: string): Failure['failure'] {
  switch (errorType) {
    case 'Sandbox.Timedout':
      return 'timeout';
    case 'Function.ResponseSizeTooLarge':
      return 'oversize';
    case 'Runtime.ExitError':
      return 'exit';
    case 'Runtime.OutOfMemory':
      return 'memory';
    default:
      return 'handler';
  }
}
