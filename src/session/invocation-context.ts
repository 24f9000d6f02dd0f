import type { OfferMeta } from '../protocol/message.ts';

/** What a handler is told of its invocation beside the event, for people. Holds no credentials. */
export type InvocationContext = {
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** When it was offered. */
  readonly remainingMs: number;
  readonly clientContext: unknown;
  readonly identity: unknown;
  readonly traceId: string | undefined;
  /** Whether the deployed handler streams; undefined where it is not known. */
  readonly streaming: boolean | undefined;
  /** Whose credentials the handler has: the function's own, sent along; or as the session opens them for it. */
  readonly credentials: 'forwarded' | 'of the session';
};

export function invocationContext(
  meta: Omit<OfferMeta, 'credentials'>,
  credentials: InvocationContext['credentials'],
): InvocationContext {
  return {
    invokedFunctionArn: meta.invokedFunctionArn,
    functionVersion: meta.functionVersion,
    memoryLimitInMB: meta.memoryLimitInMB,
    logGroupName: meta.logGroupName,
    logStreamName: meta.logStreamName,
    remainingMs: meta.remainingMs,
    clientContext: meta.clientContext,
    identity: meta.identity,
    traceId: meta.traceId,
    streaming: meta.streaming,
    credentials,
  };
}
