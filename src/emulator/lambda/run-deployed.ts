import type { Runtime } from '../../runtime/invocation.ts';
import type { InvocationTarget } from './invocation-service.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const INIT_MS = 10_000;

/** Runs the deployed code itself, without a stub. */
export function runDeployed(runtime: Runtime): InvocationTarget {
  return ({ resolved, requestId, event, clientContext, traceId }, { remainingMs, onLog, signal, stream }) => {
    const { spec, logGroupName, logStreamName } = resolved.deployed;
    return runtime.invoke(spec, {
      requestId,
      invokedFunctionArn: resolved.invokedArn,
      functionVersion: resolved.version,
      event,
      remainingMs,
      initMs: INIT_MS,
      logGroupName,
      logStreamName,
      ...(clientContext === undefined ? {} : { clientContext }),
      ...(traceId === undefined ? {} : { traceId }),
      onLog: ({ text }) => onLog(text),
      signal,
      ...(stream === undefined
        ? {}
        : { onContentType: (type) => stream.onContentType(type), onChunk: (chunk) => stream.onChunk(chunk) }),
    });
  };
}
