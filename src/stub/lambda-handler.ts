import { streamifyResponse } from '../lambda/awslambda.ts';
import type { Callback } from '../lambda/callbacks.ts';
import { ERROR_PAYLOAD } from '../lambda/error-body.ts';
import type { LoadedHandler } from '../lambda/handler.ts';
import { loadHandler } from '../lambda/load-handler.ts';
import { hasCallbacks } from '../lambda/runtime-version.ts';
import type { Stub } from './stub.ts';
import type { StubContext } from './stub-call.ts';
import type { StubOutcome } from './stub-outcome.ts';
import { readSettings } from './stub-settings.ts';

type CreateStub = (options: {
  readonly arn: string;
  readonly brokerUrl: string;
  readonly onNotice: (text: string) => void;
  readonly onDrop?: (drop: { readonly reason: string; readonly detail: string }) => void;
}) => Stub;

type AnyContext = StubContext & { callbackWaitsForEmptyEventLoop?: boolean };
type ResponseStream = NodeJS.WritableStream & { setContentType?(contentType: string): void };
type Deployed = (...parameters: readonly unknown[]) => unknown;

/**
 * The handler that Lambda calls instead of the deployed one. It has the deployed one's kind (streaming, callback,
 * async), because Lambda decides by that how it is called.
 */
export async function createLambdaHandler(
  environment: NodeJS.ProcessEnv,
  createStub: CreateStub,
): Promise<unknown> {
  const settings = readSettings(environment);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const stub = createStub({
    arn: settings.arn,
    brokerUrl: settings.brokerUrl,
    onNotice: print,
    ...(settings.verbose
      ? { onDrop: ({ reason, detail }) => print(`llx: dropped ${reason}: ${detail}`) }
      : {}),
  });
  // The deployed code must not see that something stands in front of it.
  environment._HANDLER = settings.handler;
  const [loaded] = await Promise.all([load(settings.taskRoot, settings.handler), stub.prepare()]);
  const call = (event: unknown, context: AnyContext) => ({
    event,
    context: { ...stubContext(context), traceId: environment._X_AMZN_TRACE_ID },
    print,
  });

  if (loaded.streaming) {
    return streamifyResponse(async (event: unknown, stream: ResponseStream, context: AnyContext) => {
      const onChunk = (chunk: Uint8Array, contentType: string | undefined): Promise<void> => {
        if (contentType !== undefined) stream.setContentType?.(contentType);
        return write(stream, chunk);
      };
      const outcome = await stub.invoke({ ...call(event, context), streaming: true, onChunk });
      if (outcome.type === 'deployed') return await loaded.run(event, stream, context);
      if (outcome.type === 'failed') throw remoteError(outcome);
      if (outcome.type === 'answered') await write(stream, outcome.payload);
      stream.end();
      return undefined;
    });
  }

  const invoke = async (event: unknown, context: AnyContext): Promise<StubOutcome> =>
    await stub.invoke({ ...call(event, context), streaming: false });

  if (!hasCallbacks(settings.runtime)) {
    return async (event: unknown, context: AnyContext) => {
      const outcome = await invoke(event, context);
      return outcome.type === 'deployed' ? await loaded.run(event, context) : answerValue(outcome);
    };
  }
  // Up to Node.js 22 any handler may answer by callback or context.done; a promise would answer before it does.
  return (event: unknown, context: AnyContext, callback: Callback): void => {
    const answer = (value: unknown): void => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(null, value);
    };
    const runDeployed = (): void => {
      const returned = loaded.run(event, context, callback);
      if (returned instanceof Promise) returned.then(answer, callback);
    };
    invoke(event, context)
      .then((outcome) => (outcome.type === 'deployed' ? runDeployed() : answer(answerValue(outcome))))
      .catch((error: unknown) => callback(error));
  };
}

/** A package that does not load fails when it is to run: a session may still answer. */
async function load(
  taskRoot: string,
  handler: string,
): Promise<Pick<LoadedHandler, 'streaming'> & { readonly run: Deployed }> {
  try {
    const { handler: deployed, streaming } = await loadHandler(taskRoot, handler);
    return { streaming, run: deployed as Deployed };
  } catch (error) {
    return {
      streaming: false,
      run: () => {
        throw error;
      },
    };
  }
}

function stubContext(context: AnyContext): Omit<StubContext, 'traceId'> {
  return {
    awsRequestId: context.awsRequestId,
    invokedFunctionArn: context.invokedFunctionArn,
    functionName: context.functionName,
    functionVersion: context.functionVersion,
    memoryLimitInMB: context.memoryLimitInMB,
    logGroupName: context.logGroupName,
    logStreamName: context.logStreamName,
    clientContext: context.clientContext,
    identity: context.identity,
    getRemainingTimeInMillis: () => context.getRemainingTimeInMillis(),
  };
}

function answerValue(outcome: StubOutcome): unknown {
  if (outcome.type === 'answered') return JSON.parse(new TextDecoder().decode(outcome.payload));
  if (outcome.type === 'failed') throw remoteError(outcome);
  return undefined;
}

/** The laptop's error as an Error: Lambda makes the same error object of it again. */
function remoteError({ errorType, payload }: Extract<StubOutcome, { type: 'failed' }>): Error {
  const body: unknown = JSON.parse(new TextDecoder().decode(payload));
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const trace = Array.isArray(fields.trace) ? fields.trace.map(String) : [];
  const error = new Error(String(fields.errorMessage ?? ''));
  error.name = errorType;
  error.stack = trace.length > 0 ? trace.join('\n') : `${errorType}: ${error.message}`;
  return Object.assign(error, { [ERROR_PAYLOAD]: payload });
}

async function write(stream: ResponseStream, chunk: Uint8Array): Promise<void> {
  if (stream.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      stream.off('drain', settle);
      stream.off('error', settle);
      stream.off('close', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    stream.once('drain', settle);
    stream.once('error', settle);
    stream.once('close', settle);
  });
}
