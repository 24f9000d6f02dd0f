import type { FunctionReference } from '../function-name.ts';

/** An asynchronous invocation as it was accepted. */
export type AsyncEvent = {
  readonly reference: FunctionReference;
  /** The same at each try. */
  readonly requestId: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  readonly traceId: string | undefined;
};
