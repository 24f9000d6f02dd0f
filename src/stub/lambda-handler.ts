import { streamifyResponse } from '../lambda/awslambda.ts';
import type { Callback } from '../lambda/callbacks.ts';
import { ERROR_PAYLOAD } from '../lambda/error-body.ts';
import type { LoadedHandler } from '../lambda/handler.ts';
import { loadHandler } from '../lambda/load-handler.ts';
import { hasCallbacks } from '../lambda/runtime-version.ts';
import type { CreateStub } from './create-stub.ts';
import { lambdaStubOptions } from './lambda-stub.ts';
import type { Stub } from './stub.ts';
import type { StubContext } from './stub-call.ts';
import type { StubOutcome } from './stub-outcome.ts';
import { readSettings } from './stub-settings.ts';
import {
  type CallbackContext,
  type Watching,
  watchedCallbacks,
  watchedRun,
  watchedStream,
} from './watched-run.ts';

type AnyContext = StubContext & CallbackContext & { callbackWaitsForEmptyEventLoop?: boolean };
type Deployment = Extract<StubOutcome, { type: 'deployed' }>;
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
  let stub: Stub | undefined;
  // Made with its keys, and connected, by the first who needs it: a snapshot must hold neither.
  const theStub = (): Stub => {
    stub ??= createStub(lambdaStubOptions(settings, environment, print));
    return stub;
  };
  // The deployed code must not see that something stands in front of it.
  environment._HANDLER = settings.handler;
  const [loaded] = await Promise.all([
    load(settings.taskRoot, settings.handler),
    settings.connectsInInit ? theStub().prepare() : undefined,
  ]);
  const { runtime } = settings;
  const watching = ({ observe }: Deployment): Watching | undefined =>
    observe === undefined ? undefined : { observe, runtime };
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
      const outcome = await theStub().invoke({ ...call(event, context), streaming: true, onChunk });
      if (outcome.type === 'deployed')
        return await watchedStream(() => loaded.run(event, stream, context), stream, watching(outcome));
      if (outcome.type === 'failed') throw remoteError(outcome);
      if (outcome.type === 'answered') await write(stream, outcome.payload);
      stream.end();
      return undefined;
    });
  }

  const invoke = async (event: unknown, context: AnyContext): Promise<StubOutcome> =>
    await theStub().invoke({ ...call(event, context), streaming: false });

  if (!hasCallbacks(runtime)) {
    return async (event: unknown, context: AnyContext) => {
      const outcome = await invoke(event, context);
      return outcome.type === 'deployed'
        ? await watchedRun(() => loaded.run(event, context), watching(outcome))
        : answerValue(outcome);
    };
  }
  // Up to Node.js 22 any handler may answer by callback or context.done; a promise would answer before it does.
  return (event: unknown, context: AnyContext, callback: Callback): void => {
    const answer = (value: unknown, by: Callback): void => {
      context.callbackWaitsForEmptyEventLoop = false;
      by(null, value);
    };
    const runDeployed = (deployment: Deployment): void => {
      const watched = watchedCallbacks(context, callback, watching(deployment));
      try {
        const returned = loaded.run(event, watched.context, watched.callback);
        if (returned instanceof Promise)
          returned.then((value: unknown) => answer(value, watched.callback), watched.callback);
      } catch (error) {
        watched.callback(error);
      }
    };
    invoke(event, context)
      .then((outcome) =>
        outcome.type === 'deployed' ? runDeployed(outcome) : answer(answerValue(outcome), callback),
      )
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
