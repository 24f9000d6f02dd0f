import { afterAll, describe, expect, it } from 'vitest';
import { LAMBDA } from '../protocol/limits.ts';
import { invocationRequest, invoke, TestWorkers } from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

/** Takes the pieces of a stream, one after the other. */
function taker(): { readonly pieces: string[]; readonly onChunk: (chunk: Uint8Array) => Promise<void> } {
  const pieces: string[] = [];
  return {
    pieces,
    onChunk: async (chunk) => {
      pieces.push(Buffer.from(chunk).toString());
    },
  };
}

describe('a streamed answer', () => {
  it('goes out in the pieces in which it was written, with its content type first', async () => {
    const worker = await workers.load('streams.mjs.parts');
    const { pieces, onChunk } = taker();
    const contentTypes: string[] = [];
    const result = await worker.invoke(
      invocationRequest(
        { parts: ['one', 'zwölf', { three: 3 }] },
        { onChunk, onContentType: (contentType) => contentTypes.push(contentType) },
      ),
    );
    expect(result).toMatchObject({ status: 'succeeded', streamed: true, payload: new Uint8Array(0) });
    expect(pieces).toEqual(['one', 'zwölf', '{"three":3}']);
    expect(contentTypes).toEqual(['text/plain']);
  });

  it('is gathered when nobody takes the pieces', async () => {
    const worker = await workers.load('streams.mjs.parts');
    expect((await invoke(worker, { parts: ['a', 'b'] })).answer).toBe('ab');
    expect((await invoke(worker, { parts: ['c'] })).answer).toBe('c');
  });

  it('may begin with status and headers', async () => {
    const worker = await workers.load('streams.mjs.http');
    const contentTypes: string[] = [];
    const { answer } = await invoke(worker, {}, { onContentType: (type) => contentTypes.push(type) });
    expect(answer).toBe(`{"statusCode":201}${'\0'.repeat(8)}{"json":true}.`);
    expect(contentTypes).toEqual(['application/vnd.awslambda.http-integration-response']);
  });

  it('may be empty', async () => {
    const worker = await workers.load('streams.mjs.empty');
    expect((await invoke(worker)).answer).toBe('');
  });

  it('fails with the handler’s error after what was sent', async () => {
    const worker = await workers.load('streams.mjs.breaks');
    const { pieces, onChunk } = taker();
    expect(await invoke(worker, {}, { onChunk })).toMatchObject({
      failure: 'handler',
      answer: { errorType: 'Error', errorMessage: 'the other half' },
    });
    expect(pieces).toEqual(['half']);
  });

  it('that is never ended fails', async () => {
    const worker = await workers.load('streams.mjs.open');
    expect(await invoke(worker)).toMatchObject({
      failure: 'handler',
      answer: { errorMessage: 'Response stream is not finished.' },
    });
  });

  it('waits for whoever takes it: a window’s worth is under way at most', async () => {
    const worker = await workers.load('streams.mjs.bytes');
    const size = 128 * 1024;
    let taken = 0;
    let waiting: (() => void) | undefined;
    const firstPiece = Promise.withResolvers<void>();
    const result = worker.invoke(
      invocationRequest(
        { count: 64, size },
        {
          onChunk: (chunk) => {
            taken += chunk.byteLength;
            firstPiece.resolve();
            if (taken > size) return Promise.resolve();
            return new Promise((resolve) => {
              waiting = resolve;
            });
          },
        },
      ),
    );
    await firstPiece.promise;
    expect(await Promise.race([result, new Promise((resolve) => setImmediate(() => resolve('waits')))])).toBe(
      'waits',
    );
    expect(taken).toBe(size);
    waiting?.();
    expect(await result).toMatchObject({ status: 'succeeded' });
    expect(taken).toBe(64 * size);
  });

  it('of more than Lambda’s buffered limit fails when it is gathered, and the process stays usable', async () => {
    const worker = await workers.load('streams.mjs.bytes');
    const size = 64 * 1024;
    const count = Math.ceil(LAMBDA.responseBytes / size);
    expect(await invoke(worker, { count, size })).toMatchObject({ failure: 'oversize' });
    expect((await invoke(worker, { count: 1, size: 3 })).answer).toBe('aaa');
  });

  it('that nobody takes any more ends its process', async () => {
    const worker = await workers.load('streams.mjs.bytes');
    const onChunk = async (): Promise<void> => {
      throw new Error('the caller hung up');
    };
    expect(await invoke(worker, { count: 64, size: 128 * 1024 }, { onChunk })).toMatchObject({
      failure: 'aborted',
    });
    expect(worker.alive).toBe(false);
  });

  it.each([
    ['streams.mjs.parts', false, 'the handler on this machine streams its answer, the deployed one does not'],
    ['answers.mjs.echo', true, 'the deployed handler streams its answer, the one on this machine does not'],
  ])('is not begun when the caller cannot take it: %s', async (handler, streaming, reason) => {
    const worker = await workers.load(handler);
    expect(await invoke(worker, { parts: ['x'] }, { streaming })).toMatchObject({
      failure: 'streaming',
      answer: { errorType: 'Llx.StreamingMismatch', errorMessage: expect.stringContaining(reason) },
    });
    expect((await invoke(worker, { parts: [] }, { streaming: !streaming })).failure).toBe(undefined);
  });
});
