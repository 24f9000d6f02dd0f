import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { OBSERVE_BYTES } from '../protocol/limits.ts';
import type { DeployedAnswer } from './observed-copy.ts';
import { type Watching, watchedCallbacks, watchedRun, watchedStream } from './watched-run.ts';

type Seen = { readonly text: string } & Omit<DeployedAnswer, 'payload' | 'durationMs'>;

/** Somebody who watches, and takes as long for it as `until`. */
function watcher(until: Promise<void> = Promise.resolve()): { watching: Watching; seen: Seen[] } {
  const seen: Seen[] = [];
  const observe = async ({ payload, durationMs, ...rest }: DeployedAnswer): Promise<void> => {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    seen.push({ text: Buffer.from(payload).toString(), ...rest });
    await until;
  };
  return { watching: { observe, runtime: 'nodejs22.x' }, seen };
}

const boom = new TypeError('boom');
boom.stack = 'TypeError: boom\n    at handler';
const BOOM = '{"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom","    at handler"]}';

test('an answer is seen before it is returned, and is the very same', async () => {
  const { watching, seen } = watcher();
  const answer = { n: 1 };
  expect(await watchedRun(async () => answer, watching)).toBe(answer);
  expect(await watchedRun(() => undefined, watching)).toBeUndefined();
  expect(seen).toEqual([
    { text: '{"n":1}', failed: false },
    { text: 'null', failed: false },
  ]);
});

test('an error is seen as Lambda’s error object, and thrown as it was', async () => {
  const { watching, seen } = watcher();
  await expect(watchedRun(() => Promise.reject(boom), watching)).rejects.toBe(boom);
  expect(seen).toEqual([{ text: BOOM, failed: true }]);
});

test('an answer that JSON cannot hold is seen as the failure that it will be', async () => {
  const { watching, seen } = watcher();
  expect(await watchedRun(() => 1n, watching)).toBe(1n);
  expect(seen).toMatchObject([{ failed: true, text: expect.stringContaining('Unable to stringify') }]);
});

test('nobody watches: the run is only run', async () => {
  expect(await watchedRun(() => 7, undefined)).toBe(7);
  const context = {};
  const callback = () => undefined;
  expect(watchedCallbacks(context, callback, undefined)).toEqual({ context, callback });
});

test('callbacks and the members of the context are seen once, and passed on in order after that', async () => {
  const released = Promise.withResolvers<void>();
  const { watching, seen } = watcher(released.promise);
  const calls: unknown[] = [];
  const original = {
    waits: true,
    done: (error?: unknown, result?: unknown) => calls.push(['done', error, result]),
    succeed: (result?: unknown) => calls.push(['succeed', result]),
    fail: (error?: unknown) => calls.push(['fail', error]),
  };
  const { context, callback } = watchedCallbacks(
    original,
    (error, result) => calls.push(['callback', error, result]),
    watching,
  );
  callback(null, 'first');
  context.fail(boom);
  context.succeed('third');
  context.done(null, 'fourth');
  expect(context.waits).toBe(true);
  expect(calls).toEqual([]);
  released.resolve();
  await expect
    .poll(() => calls)
    .toEqual([
      ['callback', null, 'first'],
      ['fail', boom],
      ['succeed', 'third'],
      ['done', null, 'fourth'],
    ]);
  expect(seen).toEqual([{ text: '"first"', failed: false }]);
});

test.each([
  ['callback', 'an error', { text: BOOM, failed: true }],
  ['fail', 'an error', { text: BOOM, failed: true }],
  ['succeed', 'a result', { text: '{"ok":true}', failed: false }],
] as const)('%s with %s is seen as what Lambda makes of it', async (by, _what, expected) => {
  const { watching, seen } = watcher();
  const settled = Promise.withResolvers<void>();
  const done = (_first?: unknown) => settled.resolve();
  const { context, callback } = watchedCallbacks({ done, succeed: done, fail: done }, done, watching);
  if (by === 'callback') callback(boom);
  if (by === 'fail') context.fail(boom);
  if (by === 'succeed') context.succeed({ ok: true });
  await settled.promise;
  expect(seen).toEqual([expected]);
});

test('a stream is seen as its bytes, and reaches its taker unchanged', async () => {
  const { watching, seen } = watcher();
  const stream = new PassThrough();
  const run = async () => {
    stream.write('hello ');
    const chunk = Buffer.from('wor');
    stream.write(chunk);
    stream.end('ld');
  };
  await watchedStream(run, stream, watching);
  expect(seen).toEqual([{ text: 'hello world', bytes: 11, failed: false, streamed: true }]);
  expect(stream.read().toString()).toBe('hello world');
});

test('of a long stream no more is kept than a copy can hold, and its size is known', async () => {
  const { watching, seen } = watcher();
  const stream = new PassThrough().resume();
  const piece = Buffer.alloc(OBSERVE_BYTES, 'x');
  await watchedStream(
    () => {
      stream.write(piece);
      stream.write(piece);
      stream.end();
    },
    stream,
    watching,
  );
  expect(seen.map(({ text, bytes }) => [text.length, bytes])).toEqual([[OBSERVE_BYTES, 2 * OBSERVE_BYTES]]);
});

test('a stream whose handler fails is seen as the failure', async () => {
  const { watching, seen } = watcher();
  const stream = new PassThrough();
  await expect(
    watchedStream(
      () => {
        stream.write('half');
        throw boom;
      },
      stream,
      watching,
    ),
  ).rejects.toBe(boom);
  expect(seen).toEqual([{ text: BOOM, failed: true, streamed: true }]);
});
