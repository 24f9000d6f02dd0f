import { expect, test } from 'vitest';
import { PendingCalls } from './pending-calls.ts';

const ENDED = {
  code: 'TRANSPORT_LOST',
  message: 'The connection to the broker ended.',
  cause: new Error('reset'),
};

test('a call has the answer that it waits for', async () => {
  const pending = new PendingCalls();
  expect(await pending.start((resolve) => resolve('granted'))).toBe('granted');
  await expect(pending.start((_resolve, reject) => reject(new Error('no')))).rejects.toMatchObject({
    code: 'TRANSPORT_LOST',
    message: 'no',
  });
});

test('the end of the connection is the answer to all that waits, and to all that comes later', async () => {
  const pending = new PendingCalls();
  let late: (value: string) => void = () => undefined;
  const forgotten = pending.start<string>((resolve) => {
    late = resolve;
  });
  const told = pending.end(ENDED.cause);
  late('granted');
  await expect(forgotten).rejects.toBe(told);
  const started: string[] = [];
  await expect(pending.start(() => started.push('after the end'))).rejects.toBe(told);
  expect(started).toEqual([]);
  expect(told).toMatchObject(ENDED);
});

test('a connection ends once', () => {
  const pending = new PendingCalls();
  expect(pending.ended).toBeUndefined();
  const told = pending.end(undefined);
  expect([pending.end(new Error('again')), pending.ended]).toEqual([undefined, told]);
});
