import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AnswerStream } from './answer-stream.ts';

const MIB = 1024 * 1024;

function setup() {
  const sent: { readonly number: number; readonly bytes: number }[] = [];
  const stream = new AnswerStream((chunk, number) => {
    sent.push({ number, bytes: chunk.byteLength });
    return [chunk];
  });
  const bytes = (): number => sent.reduce((sum, piece) => sum + piece.bytes, 0);
  return { stream, sent, bytes };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('words that a handler writes one by one leave together, the first of them at once', async () => {
  const { stream, sent } = setup();
  for (let word = 0; word < 50; word++) await stream.write(new Uint8Array(10));
  expect(sent).toEqual([{ number: 0, bytes: 10 }]);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([
    { number: 0, bytes: 10 },
    { number: 1, bytes: 490 },
  ]);
  vi.advanceTimersByTime(1_000);
  await stream.write(new Uint8Array(10));
  expect(sent).toHaveLength(3);
});

test('the end of the stream waits for nothing that was gathered', async () => {
  const { stream, sent } = setup();
  await stream.write(new Uint8Array(1));
  await stream.write(new Uint8Array(2));
  stream.flush();
  stream.flush();
  expect(sent).toEqual([
    { number: 0, bytes: 1 },
    { number: 1, bytes: 2 },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a stream that nobody takes any more leaves no timer and sends nothing', async () => {
  const { stream, sent } = setup();
  await stream.write(new Uint8Array(1));
  await stream.write(new Uint8Array(2));
  stream.close();
  stream.flush();
  expect(vi.getTimerCount()).toBe(0);
  expect(sent).toHaveLength(1);
});

test('pieces are numbered from 0 and small enough for one frame', async () => {
  const { stream, sent } = setup();
  await stream.write(new Uint8Array(200 * 1024));
  stream.flush();
  expect(sent).toEqual([
    { number: 0, bytes: 98_304 },
    { number: 1, bytes: 98_304 },
    { number: 2, bytes: 8_192 },
  ]);
  expect(stream.count).toBe(3);
});

test('it waits when a window is on its way, and goes on with credit', async () => {
  const { stream, bytes } = setup();
  const written = stream.write(new Uint8Array(3 * MIB));
  expect(bytes()).toBeLessThan(MIB + 98_305);
  stream.allow(2 * MIB);
  stream.allow(1);
  await Promise.resolve();
  expect(bytes()).toBeLessThan(2 * MIB + 98_305);
  stream.allow(4 * MIB);
  await written;
  stream.flush();
  expect(bytes()).toBe(3 * MIB);
});

test('a piece can be sent again until a credit shows that it arrived', async () => {
  const { stream } = setup();
  await stream.write(new Uint8Array(10));
  expect(stream.frames(0)).toHaveLength(1);
  stream.allow(MIB + 10);
  expect(stream.frames(0)).toEqual([]);
});

test('closing ends the wait of the handler’s writes', async () => {
  const { stream } = setup();
  const written = stream.write(new Uint8Array(5 * MIB));
  stream.close();
  await expect(written).resolves.toBeUndefined();
});
