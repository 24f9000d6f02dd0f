import { type Handler, HIGH_WATER_MARK, STREAM_RESPONSE, STREAMING } from './handler.ts';
import type { InvokeStore } from './invoke-store.ts';

/** Tells API Gateway and function URLs that the stream begins with status, headers and cookies. */
export const PRELUDE_CONTENT_TYPE = 'application/vnd.awslambda.http-integration-response';

/** Between that prelude and the body. */
export const PRELUDE_END = new Uint8Array(8);

/** What `HttpResponseStream.from` needs of a stream; both members are Lambda's. */
export type PreludeTarget = {
  setContentType(contentType: string): void;
  _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
};

export const HttpResponseStream = {
  /** Makes the first write send the prelude (`{statusCode, headers, cookies}`) before it. Returns the same stream. */
  from<Target extends PreludeTarget>(stream: Target, prelude: unknown): Target {
    stream.setContentType(PRELUDE_CONTENT_TYPE);
    stream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(prelude));
      write(PRELUDE_END);
    };
    return stream;
  },
};

/** Marks a handler `(event, responseStream, context)` as one that streams its answer. Returns the same function. */
export function streamifyResponse<Streaming extends Handler>(
  handler: Streaming,
  options?: { readonly highWaterMark?: number },
): Streaming {
  Object.assign(handler, { [STREAMING]: STREAM_RESPONSE });
  if (typeof options?.highWaterMark === 'number') {
    Object.assign(handler, { [HIGH_WATER_MARK]: Math.trunc(options.highWaterMark) });
  }
  return handler;
}

/**
 * Puts `awslambda` into the global scope, before the handler's module is imported: it uses it at its top level.
 * AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA (`1` or `true`) keeps it away.
 */
export function installAwslambda(environment: NodeJS.ProcessEnv, store: InvokeStore): void {
  const off = environment.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  if (off === '1' || off === 'true') return;
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream, InvokeStore: store } });
}
