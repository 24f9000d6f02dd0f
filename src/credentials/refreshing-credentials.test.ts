import { expect, test } from 'vitest';
import type { AwsCredentials } from '../signature/credentials.ts';
import { RefreshingCredentials } from './refreshing-credentials.ts';

const MINUTE = 60_000;

/** A provider whose answers the test gives, and a clock that it sets. */
class Bench {
  at = Date.parse('2026-11-21T12:00:00Z');
  readonly problems: unknown[] = [];
  readonly asked: PromiseWithResolvers<AwsCredentials>[] = [];
  readonly credentials = new RefreshingCredentials(
    () => {
      const question = Promise.withResolvers<AwsCredentials>();
      this.asked.push(question);
      return question.promise;
    },
    { now: () => this.at, onProblem: (error) => this.problems.push(error) },
  );

  made(name: string, minutes: number): AwsCredentials {
    const expiration = new Date(this.at + minutes * MINUTE);
    return { accessKeyId: name, secretAccessKey: 'secret', sessionToken: 'token', expiration };
  }

  /** The one that waits gets these, and so does whoever asked. */
  async first(minutes = 60): Promise<AwsCredentials> {
    const given = this.made('ASIA1', minutes);
    const answer = this.credentials.get();
    this.asked[0]?.resolve(given);
    expect(await answer).toBe(given);
    return given;
  }
}

test('all who ask while there are none wait for one call', async () => {
  const bench = new Bench();
  const answers = Promise.all([bench.credentials.get(), bench.credentials.get()]);
  const given = bench.made('ASIA1', 60);
  bench.asked[0]?.resolve(given);
  expect(await answers).toEqual([given, given]);
  expect(bench.asked).toHaveLength(1);
});

test('until 5 minutes before their end they are given at once, without a call', async () => {
  const bench = new Bench();
  const given = await bench.first();
  bench.at += 55 * MINUTE;
  expect(await bench.credentials.get()).toBe(given);
  expect(bench.asked).toHaveLength(1);
});

test('in the last 5 minutes they are given at once, and fresh ones as soon as they are there', async () => {
  const bench = new Bench();
  const old = await bench.first();
  bench.at += 55 * MINUTE + 1;
  expect(await bench.credentials.get()).toBe(old);
  expect(await bench.credentials.get()).toBe(old);
  expect(bench.asked).toHaveLength(2);
  const fresh = bench.made('ASIA2', 60);
  bench.asked[1]?.resolve(fresh);
  await bench.asked[1]?.promise;
  await expect.poll(() => bench.credentials.get()).toBe(fresh);
  expect(bench.asked).toHaveLength(2);
});

test('a refresh that fails is a problem to tell; the old ones serve, and it is tried again a minute later', async () => {
  const bench = new Bench();
  const old = await bench.first();
  bench.at += 56 * MINUTE;
  await bench.credentials.get();
  const failure = new Error('STS is down');
  bench.asked[1]?.reject(failure);
  await expect.poll(() => bench.problems).toEqual([failure]);
  expect(await bench.credentials.get()).toBe(old);
  expect(bench.asked).toHaveLength(2);
  bench.at += MINUTE;
  expect(await bench.credentials.get()).toBe(old);
  expect(bench.asked).toHaveLength(3);
});

test('ones whose time is over are never given: who asks waits for new ones, or for the error', async () => {
  const bench = new Bench();
  await bench.first();
  bench.at += 60 * MINUTE;
  const failing = bench.credentials.get();
  bench.asked[1]?.reject(new Error('STS is down'));
  await expect(failing).rejects.toThrow('STS is down');
  const next = bench.credentials.get();
  const fresh = bench.made('ASIA2', 60);
  bench.asked[2]?.resolve(fresh);
  expect(await next).toBe(fresh);
  expect(bench.problems).toEqual([]);
});

test('ones without an end are asked for each time: whoever gives them remembers them', async () => {
  const bench = new Bench();
  const answer = bench.credentials.get();
  bench.asked[0]?.resolve({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
  await answer;
  void bench.credentials.get();
  expect(bench.asked).toHaveLength(2);
});
