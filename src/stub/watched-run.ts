import { answerJson } from '../lambda/answer-json.ts';
import type { Callback } from '../lambda/callbacks.ts';
import { carriedPayload, errorBody } from '../lambda/error-body.ts';
import { OBSERVE_BYTES } from '../protocol/limits.ts';
import type { DeployedAnswer } from './observed-copy.ts';

type Observe = (answer: DeployedAnswer) => Promise<void>;

/** Who watches one run of the deployed handler; undefined: nobody, and nothing is done. */
export type Watching = {
  readonly observe: Observe;
  /** Lambda's identifier: `nodejs24.x`. */
  readonly runtime: string;
};

/** Of a callback handler's context, what answers. */
export type CallbackContext = {
  readonly done?: Callback;
  readonly succeed?: (result?: unknown) => void;
  readonly fail?: (error?: unknown) => void;
};

type Writable = { write(...parameters: never[]): boolean; end(...parameters: never[]): unknown };
type Tapped = Record<'write' | 'end', (...parameters: unknown[]) => unknown>;

/** Runs it; who watches is told what it came to before that is returned or thrown. */
export async function watchedRun(run: () => unknown, watching: Watching | undefined): Promise<unknown> {
  if (watching === undefined) return await run();
  const startedAt = performance.now();
  const tell = (answer: Told): Promise<void> =>
    watching.observe({ ...answer, durationMs: performance.now() - startedAt });
  let value: unknown;
  try {
    value = await run();
  } catch (error) {
    await tell(failed(error));
    throw error;
  }
  await tell(succeeded(value, watching.runtime));
  return value;
}

/**
 * Context and callback for a handler that may answer by either: the first answer is told, and every one is passed on
 * after that, in order.
 */
export function watchedCallbacks<Context extends CallbackContext>(
  context: Context,
  callback: Callback,
  watching: Watching | undefined,
): { readonly context: Context; readonly callback: Callback } {
  if (watching === undefined) return { context, callback };
  const startedAt = performance.now();
  let told: Promise<void> | undefined;
  const after = (answer: Told, passOn: () => void): void => {
    told ??= watching.observe({ ...answer, durationMs: performance.now() - startedAt });
    void told.then(passOn);
  };
  const answered = (error: unknown, result: unknown): Told =>
    error === undefined || error === null ? succeeded(result, watching.runtime) : failed(error);
  const { done, succeed, fail } = context;
  // What else the handler reads or sets is the context's own.
  const watched: Context = Object.create(context, {
    ...(done && {
      done: {
        value: (error?: unknown, result?: unknown) =>
          after(answered(error, result), () => done.call(context, error, result)),
      },
    }),
    ...(succeed && {
      succeed: {
        value: (result?: unknown) => after(answered(undefined, result), () => succeed.call(context, result)),
      },
    }),
    ...(fail && {
      fail: { value: (error?: unknown) => after(failed(error), () => fail.call(context, error)) },
    }),
  });
  return {
    context: watched,
    callback: (error, result) => after(answered(error, result), () => callback(error, result)),
  };
}

/** As `watchedRun`, for a handler that writes its answer into a stream: what is told is how the stream begins. */
export async function watchedStream(
  run: () => unknown,
  stream: Writable,
  watching: Watching | undefined,
): Promise<unknown> {
  if (watching === undefined) return await run();
  const startedAt = performance.now();
  const written = tap(stream);
  const tell = (answer: Told): Promise<void> =>
    watching.observe({ ...answer, streamed: true, durationMs: performance.now() - startedAt });
  let value: unknown;
  try {
    value = await run();
  } catch (error) {
    await tell(failed(error));
    throw error;
  }
  await tell({ payload: Buffer.concat(written.pieces), bytes: written.bytes, failed: false });
  return value;
}

type Told = Omit<DeployedAnswer, 'durationMs' | 'streamed'>;

function succeeded(value: unknown, runtime: string): Told {
  try {
    return { payload: Buffer.from(answerJson(value, runtime)), failed: false };
  } catch (error) {
    // Lambda will say the same of it.
    return failed(error);
  }
}

function failed(error: unknown): Told {
  return { payload: carriedPayload(error) ?? Buffer.from(JSON.stringify(errorBody(error))), failed: true };
}

/** Sees what is written, and keeps as much of it as a copy can hold. */
function tap(stream: Writable): { readonly pieces: readonly Buffer[]; readonly bytes: number } {
  const written = { pieces: [] as Buffer[], bytes: 0 };
  const keep = (chunk: unknown): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    // A copy: whoever writes may use its buffer again.
    const piece = Buffer.from(chunk);
    if (written.bytes < OBSERVE_BYTES) written.pieces.push(piece);
    written.bytes += piece.byteLength;
  };
  const tapped = stream as unknown as Tapped;
  const { write, end } = tapped;
  let ending = false;
  tapped.write = (...parameters) => {
    if (!ending) keep(parameters[0]);
    return write.apply(stream, parameters);
  };
  tapped.end = (...parameters) => {
    keep(parameters[0]);
    // Some streams end by way of their own `write`.
    ending = true;
    return end.apply(stream, parameters);
  };
  return written;
}
