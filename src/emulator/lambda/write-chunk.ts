import type { ServerResponse } from 'node:http';

/** Resolves when more may be written; rejects when whoever reads the answer has hung up. */
export function writeChunk(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  if (response.destroyed) return Promise.reject(hungUp());
  if (response.write(chunk)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const drained = (): void => {
      response.off('close', closed);
      resolve();
    };
    const closed = (): void => {
      response.off('drain', drained);
      reject(hungUp());
    };
    response.once('drain', drained);
    response.once('close', closed);
  });
}

function hungUp(): Error {
  return new Error('the caller has hung up');
}

/** Aborted when whoever reads the answer hangs up before it has ended. */
export function hangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
