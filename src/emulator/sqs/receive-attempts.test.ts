import { expect, test } from 'vitest';
import { ReceiveAttempts } from './receive-attempts.ts';

const delivery = (sequence: number) => ({ sequence, receiveCount: 1, receiptHandle: `handle-${sequence}` });

test('keeps of a message what finds it again, and nothing of its body', () => {
  const attempts = new ReceiveAttempts();
  const received = [{ ...delivery(1), body: 'x'.repeat(1_048_576) }, delivery(2)];
  attempts.remember('try', received, 0);
  expect(attempts.find('try', 1)).toEqual([delivery(1), delivery(2)]);
});

test('forgets an attempt after five minutes', () => {
  const attempts = new ReceiveAttempts();
  attempts.remember('try', [delivery(1)], 0);
  expect(attempts.find('try', 299_999)).toEqual([delivery(1)]);
  expect(attempts.find('try', 300_000)).toBeUndefined();
});

test('keeps the newest thousand attempts', () => {
  const attempts = new ReceiveAttempts();
  for (let index = 0; index <= 1000; index++) attempts.remember(`try-${index}`, [delivery(index)], 0);
  expect(attempts.find('try-0', 1)).toBeUndefined();
  expect(attempts.find('try-1', 1)).toEqual([delivery(1)]);
});
