import type { InvocationMeta } from '../protocol/message.ts';
import type { StubCall } from './stub-call.ts';

/** What a session is told of an invocation beside its event. */
export function invocationMeta({ context }: StubCall, lane: string): InvocationMeta {
  return {
    requestId: context.awsRequestId,
    invokedFunctionArn: context.invokedFunctionArn,
    functionName: context.functionName,
    functionVersion: context.functionVersion,
    memoryLimitInMB: context.memoryLimitInMB,
    logGroupName: context.logGroupName,
    logStreamName: context.logStreamName,
    lane,
    ...(context.clientContext === undefined ? {} : { clientContext: context.clientContext }),
    ...(context.identity === undefined ? {} : { identity: context.identity }),
    ...(context.traceId === undefined ? {} : { traceId: context.traceId }),
  };
}

/** The event as it travels: JSON, UTF-8. */
export function eventJson({ event, eventJson: known }: StubCall): Uint8Array {
  return known ?? Buffer.from(JSON.stringify(event ?? null));
}
