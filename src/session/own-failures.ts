import type { Failure } from '../protocol/failure.ts';
import type { InvocationResult } from '../runtime/invocation.ts';

type Failed = Extract<InvocationResult, { status: 'failed' }>;

/** What a stub is told of an invocation that ran when the session was stopped. */
export const CANCELLED: Uint8Array = encode({
  errorType: 'Llx.Cancelled',
  errorMessage: 'the session that ran this invocation was stopped',
  trace: [],
});

/** A defect of llx, as the result of an invocation. */
export function internalError(error: unknown): Failed {
  const errorMessage = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return failed('Llx.InternalError', errorMessage, trace, { durationMs: 0, coldStart: false });
}

/** In place of an answer that cannot reach the stub. The handler has run: its facts stay. */
export function payloadTooLarge(why: string, result: InvocationResult): Failed {
  const { durationMs, initMs, coldStart, maxMemoryMb } = result;
  return failed('Llx.PayloadTooLarge', why, [], {
    durationMs,
    coldStart,
    ...(initMs === undefined ? {} : { initMs }),
    ...(maxMemoryMb === undefined ? {} : { maxMemoryMb }),
  });
}

function failed(
  errorType: Failure,
  errorMessage: string,
  trace: readonly string[],
  facts: Pick<Failed, 'durationMs' | 'coldStart' | 'initMs' | 'maxMemoryMb'>,
): Failed {
  const failure = errorType === 'Llx.PayloadTooLarge' ? 'oversize' : 'init';
  return {
    status: 'failed',
    failure,
    errorType,
    payload: encode({ errorType, errorMessage, trace }),
    ...facts,
  };
}

function encode(error: { errorType: Failure; errorMessage: string; trace: readonly string[] }): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(error));
}
