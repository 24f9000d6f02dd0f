import { sandboxError, TIMED_OUT, timeoutText } from '../lambda/sandbox-error.ts';
import { LAMBDA } from '../protocol/limits.ts';
import type { FailureKind } from './invocation.ts';
import type { ExitStatus } from './worker.ts';

/** A failed run, as Lambda words it for the caller. */
export type Failure = {
  readonly status: 'failed';
  readonly failure: FailureKind;
  readonly errorType: string;
  /** `{"errorType", "errorMessage", …}` as JSON. */
  readonly payload: Uint8Array;
};

/** `requestId` is undefined for a process that was only loading: see `forRequest`. */
export function timeoutFailure(timeoutMs: number, requestId?: string): Failure {
  return failure('timeout', TIMED_OUT, timeoutText(timeoutMs), requestId);
}

/** What Lambda prints below the lines of a run that it killed at its deadline. */
export function timeoutLogLine(at: Date, timeoutMs: number, requestId: string): string {
  return `${at.toISOString()} ${requestId} ${timeoutText(timeoutMs)}\n`;
}

/** The process ended before it answered. */
export function exitFailure(status: ExitStatus, requestId?: string): Failure {
  if (status.container === 'out-of-memory') return outOfMemoryFailure(requestId);
  if (status.container === 'engine-lost') {
    const text = 'the container engine ended, and with it what is known of this run';
    return failure('exit', 'Llx.ContainerLost', text, requestId);
  }
  return failure('exit', 'Runtime.ExitError', exitText(status), requestId);
}

/**
 * The process grew beyond the function's memory. Lambda's sandbox kills it then, and names the reason in
 * `errorType` and in its REPORT line: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
 */
export function outOfMemoryFailure(requestId?: string): Failure {
  return failure('memory', 'Runtime.OutOfMemory', exitText({ code: null, signal: 'SIGKILL' }), requestId);
}

/** V8 aborted, because the heap reached its limit, before the sandbox took notice: to Lambda that is an exit. */
export function heapFailure(status: ExitStatus, requestId?: string): Failure {
  return failure('memory', 'Runtime.ExitError', exitText(status), requestId);
}

/** There is no such program, or the system does not run it. */
export function entrypointFailure(file: string, error: unknown, requestId?: string): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = ERROR_TEXTS[code] ?? (error instanceof Error ? error.message : String(error));
  return failure('exit', 'Runtime.InvalidEntrypoint', `fork/exec ${file}: ${reason}`, requestId);
}

/** None of the places has a program: Lambda looks for `bootstrap` in the package, then in the layers. */
export function noBootstrapFailure(places: readonly string[]): Failure {
  return failure(
    'exit',
    'Runtime.InvalidEntrypoint',
    `Couldn't find valid bootstrap(s): [${places.join(' ')}]`,
    undefined,
  );
}

export function abortedFailure(requestId?: string): Failure {
  return failure('aborted', 'Llx.Cancelled', 'llx stopped this run', requestId);
}

/** What the handler's process needs from llx, such as its credentials, could not be made ready: nothing was loaded. */
export function environmentFailure(error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  const errorType = 'Llx.EnvironmentError';
  const errorMessage = `the environment of the handler could not be prepared: ${reason}`;
  return { status: 'failed', failure: 'init', errorType, payload: json({ errorType, errorMessage }) };
}

/** No container could be made: the engine is not there, has no such image, or refuses. */
export function containerFailure(reason: string): Failure {
  const errorType = 'Llx.ContainerUnavailable';
  const errorMessage = `no container could be started: ${reason}`;
  return { status: 'failed', failure: 'init', errorType, payload: json({ errorType, errorMessage }) };
}

/** The handler did not run: whoever waits for the answer cannot take it in the way in which the handler gives it. */
export function streamingFailure(handlerStreams: boolean, requestId: string): Failure {
  const text = handlerStreams
    ? 'the handler on this machine streams its answer, the deployed one does not'
    : 'the deployed handler streams its answer, the one on this machine does not';
  return failure('streaming', 'Llx.StreamingMismatch', text, requestId);
}

export function oversizeFailure(limitBytes: number = LAMBDA.responseBytes): Failure {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`;
  const errorType = 'Function.ResponseSizeTooLarge';
  return { status: 'failed', failure: 'oversize', errorType, payload: json({ errorMessage, errorType }) };
}

/**
 * The same failure for another invocation: a process that died while loading fails the one that waits for it, and
 * Lambda names that in the message.
 */
export function forRequest<T extends Failure>(outcome: T, requestId: string): T {
  if (outcome.failure === 'init' || outcome.failure === 'build') return outcome;
  const text = Buffer.from(outcome.payload).toString();
  const prefix = '"errorMessage":"Error: ';
  return text.includes(prefix)
    ? {
        ...outcome,
        payload: Buffer.from(text.replace(prefix, `"errorMessage":"RequestId: ${requestId} Error: `)),
      }
    : outcome;
}

/** `Runtime exited without providing a reason`, or the exit status or signal in the words of Go, as Lambda has them. */
export function exitText({ code, signal }: ExitStatus): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  if (code === 0 || code === null) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}

/** https://pkg.go.dev/syscall#Errno */
const ERROR_TEXTS: { readonly [code: string]: string } = {
  E2BIG: 'argument list too long',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOMEM: 'cannot allocate memory',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  ETXTBSY: 'text file busy',
};

/** https://pkg.go.dev/syscall#Signal: Lambda's supervisor prints these. */
const SIGNAL_NAMES: { readonly [name in NodeJS.Signals]?: string } = {
  SIGABRT: 'aborted',
  SIGALRM: 'alarm clock',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

function failure(kind: FailureKind, errorType: string, text: string, requestId: string | undefined): Failure {
  return { status: 'failed', failure: kind, errorType, payload: sandboxError(errorType, text, requestId) };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
