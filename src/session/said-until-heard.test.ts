import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SaidUntilHeard } from './said-until-heard.ts';

const WORD = Buffer.from('online');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A broker that does with each publish what the test says; every one is recorded. */
function speaker(publish: () => Promise<void>): { said: SaidUntilHeard; published: string[] } {
  const published: string[] = [];
  const said = new SaidUntilHeard({
    publish: (topic, payload) => {
      published.push(`${topic} ${payload}`);
      return publish();
    },
    againMs: 1_000,
  });
  return { said, published };
}

const never = () => new Promise<void>(() => undefined);

test('what the broker sends back is said once', async () => {
  const { said, published } = speaker(async () => undefined);
  await said.say('a', WORD);
  said.heard('a');
  vi.advanceTimersByTime(10_000);
  expect(published).toEqual(['a online']);
});

test('what the broker discards is said again until it is heard', async () => {
  const { said, published } = speaker(never);
  const saying = said.say('a', WORD);
  vi.advanceTimersByTime(3_000);
  expect(published).toEqual(['a online', 'a online', 'a online']);
  said.heard('a');
  await saying;
  vi.advanceTimersByTime(10_000);
  expect(published).toHaveLength(3);
});

test('the pauses grow, up to half a minute: who is never heard does not flood the broker', () => {
  const { said, published } = speaker(never);
  const startedAt = performance.now();
  void said.say('a', WORD);
  const at: number[] = [];
  while (at.length < 8) {
    const before = published.length;
    vi.advanceTimersToNextTimer();
    if (published.length > before) at.push((performance.now() - startedAt) / 1_000);
  }
  expect(at).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
  said.close();
});

test('a newer word takes the place of the one before', async () => {
  const { said, published } = speaker(never);
  const first = said.say('a', WORD);
  void said.say('a', Buffer.from('offline'));
  await first;
  vi.advanceTimersByTime(1_000);
  expect(published).toEqual(['a online', 'a offline', 'a offline']);
  said.close();
});

test('the end of the connection is told, and nothing is said after it', async () => {
  const { said, published } = speaker(async () => {
    throw new Error('lost');
  });
  await expect(said.say('a', WORD)).rejects.toThrow('lost');
  vi.advanceTimersByTime(10_000);
  expect(published).toEqual(['a online']);
});

test('nothing is left after close', () => {
  const { said } = speaker(never);
  void said.say('a', WORD);
  said.close();
  expect(vi.getTimerCount()).toBe(0);
});
