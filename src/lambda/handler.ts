import { RuntimeError } from './runtime-error.ts';
import { hasCallbacks } from './runtime-version.ts';

/** What a module exports as a handler. Its parameters depend on its kind, so nothing more is known of it. */
export type Handler = (...parameters: never[]) => unknown;

export type LoadedHandler = {
  readonly handler: Handler;
  /** Made by `awslambda.streamifyResponse`. */
  readonly streaming: boolean;
  /** Bytes that a streaming handler may write before it is asked to wait; its own choice. */
  readonly highWaterMark: number | undefined;
};

/** How Lambda marks a streaming handler: whatever re-exports one has to copy both. */
export const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
export const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
export const STREAM_RESPONSE = 'response';

const CALLBACK_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
  'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
  'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/**
 * Finds the handler in an imported module, by `exportPath` (`handler`, `orders.create`), in `default` too:
 * there are the exports of a CommonJS module whose names Node could not detect.
 *
 * @param shownAs the handler setting, for the error texts.
 * @throws RuntimeError `Runtime.HandlerNotFound`, `Runtime.MalformedStreamingHandler`.
 */
export function pickHandler(module: unknown, exportPath: string, shownAs: string): LoadedHandler {
  const found = member(module, exportPath) || member(property(module, 'default'), exportPath);
  if (!found) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${shownAs} is undefined or not exported`);
  }
  if (!isHandler(found)) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${shownAs} is not a function`);
  }
  const streaming = property(found, STREAMING);
  if (streaming && streaming !== STREAM_RESPONSE) {
    throw new RuntimeError('Runtime.MalformedStreamingHandler', 'Only response streaming is supported.');
  }
  const mark = Number(property(found, HIGH_WATER_MARK) || Number.NaN);
  return {
    handler: found,
    streaming: streaming === STREAM_RESPONSE,
    highWaterMark: Number.isNaN(mark) ? undefined : mark,
  };
}

/**
 * @param runtime Lambda's identifier.
 * @throws RuntimeError `Runtime.CallbackHandlerDeprecated` for a handler that asks for a callback where there is none.
 */
export function refuseCallbackHandler({ handler, streaming }: LoadedHandler, runtime: string): void {
  if (!streaming && handler.length >= 3 && !hasCallbacks(runtime)) {
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', CALLBACK_REMOVED);
  }
}

function member(root: unknown, path: string): unknown {
  return path.split('.').reduce(property, root);
}

function property(owner: unknown, key: string | symbol): unknown {
  if (owner === null || (typeof owner !== 'object' && typeof owner !== 'function')) return undefined;
  return Reflect.get(owner, key);
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}
