import { expect, test } from 'vitest';
import { LiveStream } from './live-stream.ts';

test('a piece is taken before the next is sent, and the first says the type', async () => {
  const sent: string[] = [];
  const stream = new LiveStream((chunk, type) => sent.push(`${Buffer.from(chunk).toString()} ${type}`));
  const first = stream.add(Buffer.from('one'), 'text/plain');
  stream.taken();
  await first;
  const second = stream.add(Buffer.from('two'), undefined);
  stream.taken();
  await second;
  expect(sent).toEqual(['one text/plain', 'two undefined']);
});

test('what is above the limit is not sent, and the stream says so', async () => {
  const sent: number[] = [];
  const stream = new LiveStream((chunk) => sent.push(chunk.byteLength), 6);
  const first = stream.add(Buffer.alloc(6), undefined);
  stream.taken();
  await first;
  expect(stream.isOversize).toBe(false);
  await stream.add(Buffer.alloc(1), undefined);
  expect({ sent, isOversize: stream.isOversize }).toEqual({ sent: [6], isOversize: true });
});

test('when nobody takes it any more, the piece that waits is rejected, and so is each that follows', async () => {
  const stream = new LiveStream(() => undefined);
  const waiting = stream.add(Buffer.from('one'), undefined);
  stream.abandon();
  await expect(waiting).rejects.toThrow('nobody takes the answer any more');
  await expect(stream.add(Buffer.from('two'), undefined)).rejects.toThrow('nobody takes');
});
