import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AwsCredentials } from '../signature/credentials.ts';
import { ForwardedCredentials } from './forwarded-credentials.ts';
import { redact } from './redact.ts';

const ORDERS = 'arn:aws:lambda:us-east-1:123456789012:function:orders';
const BILLS = 'arn:aws:lambda:us-east-1:123456789012:function:bills';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-21T12:00:00Z') });
});

afterEach(() => {
  // No wait leaves a timer behind.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const made = (name: string, expiration?: string): AwsCredentials => ({
  accessKeyId: name,
  secretAccessKey: `forwarded-secret-${name}`,
  sessionToken: `forwarded-token-${name}`,
  ...(expiration === undefined ? {} : { expiration: new Date(expiration) }),
});

test('the newest of a function are given, and never those of another', async () => {
  const forwarded = new ForwardedCredentials();
  forwarded.accept(ORDERS, made('one'));
  forwarded.accept(BILLS, made('other'));
  forwarded.accept(ORDERS, made('two'));
  expect(await forwarded.providerOf(ORDERS)()).toEqual(made('two'));
  expect(await forwarded.providerOf(BILLS)()).toEqual(made('other'));
});

test('where both say when they end, the later end is the newer', async () => {
  const forwarded = new ForwardedCredentials();
  forwarded.accept(ORDERS, made('young', '2026-11-21T20:00:00Z'));
  forwarded.accept(ORDERS, made('old', '2026-11-21T13:00:00Z'));
  expect(await forwarded.providerOf(ORDERS)()).toEqual(made('young', '2026-11-21T20:00:00Z'));
});

test('all who ask before the first have come get them when they come', async () => {
  const forwarded = new ForwardedCredentials();
  const provider = forwarded.providerOf(ORDERS);
  const answers = Promise.all([provider(), provider()]);
  forwarded.accept(ORDERS, made('one'));
  expect(await answers).toEqual([made('one'), made('one')]);
});

test('none in time are an error that says what to set', async () => {
  const provider = new ForwardedCredentials({ waitMs: 1_000 }).providerOf(ORDERS);
  const refused = expect(provider()).rejects.toMatchObject({
    code: 'LLX_CREDENTIALS_NOT_FORWARDED',
    message: `Expected ${ORDERS} to send its credentials with its invocations, found none that are valid.`,
    mend: expect.stringContaining('LLX_CREDENTIALS=forward'),
  });
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
});

test('ones whose time is over are not given: the next are waited for', async () => {
  const forwarded = new ForwardedCredentials();
  forwarded.accept(ORDERS, made('over', '2026-11-21T12:00:00Z'));
  const answer = forwarded.providerOf(ORDERS)();
  forwarded.accept(ORDERS, made('next', '2026-11-21T13:00:00Z'));
  expect(await answer).toEqual(made('next', '2026-11-21T13:00:00Z'));
});

test('they are known as secrets from the moment when they come', () => {
  new ForwardedCredentials().accept(ORDERS, made('shown'));
  expect(redact('forwarded-secret-shown forwarded-token-shown')).toBe('[secret] [secret]');
});
