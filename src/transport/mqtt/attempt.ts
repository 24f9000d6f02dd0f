import { TransportError } from '../transport.ts';

/** Runs one attempt to connect, with a signal that is aborted when its time is over or when the given one is. */
export async function attempt<T>(
  limits: { readonly timeoutMs: number; readonly unref: boolean; readonly signal: AbortSignal },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { timeoutMs, unref, signal } = limits;
  signal.throwIfAborted();
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  if (unref) timer.unref();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The promise, or a rejection with the signal's reason as soon as that is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * Why there is no connection: what the broker or a proxy said, however deep it stands behind the end of an unfinished
 * connection; else TRANSPORT_UNREACHABLE.
 */
export function connectError(error: unknown, shown: string): TransportError {
  if (!(error instanceof TransportError))
    return new TransportError('TRANSPORT_UNREACHABLE', `No broker answered at ${shown}.`, { cause: error });
  return error.code === 'TRANSPORT_LOST'
    ? connectError(error.cause ?? new Error(error.message), shown)
    : error;
}
