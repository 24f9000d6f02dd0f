import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Offer } from '../protocol/message.ts';
import { StaleOffers } from './stale-offers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function offer(id: string, claimTimeoutMs = 1_000): { readonly offer: Offer } {
  const meta = {
    requestId: id,
    invokedFunctionArn: 'arn',
    functionName: 'f',
    functionVersion: '1',
    memoryLimitInMB: '128',
    logGroupName: 'g',
    logStreamName: 's',
    lane: 'default',
    remainingMs: 3_000,
    claimTimeoutMs,
    encodings: [],
  };
  return { offer: { kind: 'offer', id, meta, payload: new Uint8Array() } };
}

test('an offer is kept for as long as its stub waits for a claim', () => {
  const stale = new StaleOffers();
  const kept = offer('a');
  stale.keep(kept);
  vi.advanceTimersByTime(999);
  expect(stale.get('a')).toBe(kept);
  vi.advanceTimersByTime(1);
  expect(stale.get('a')).toBeUndefined();
});

test('what is taken or closed leaves no timer', () => {
  const stale = new StaleOffers();
  stale.keep(offer('a'));
  stale.keep(offer('a'));
  stale.keep(offer('b'));
  stale.delete('a');
  expect([stale.get('a'), vi.getTimerCount()]).toEqual([undefined, 1]);
  stale.close();
  expect([stale.get('b'), vi.getTimerCount()]).toEqual([undefined, 0]);
});

test('no more than a bound is kept: whoever is not, offers again', () => {
  const stale = new StaleOffers();
  for (let n = 0; n < 300; n++) stale.keep(offer(String(n)));
  expect([stale.get('255')?.offer.id, stale.get('256')]).toEqual(['255', undefined]);
  stale.close();
});
