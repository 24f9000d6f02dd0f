import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QUOTA_PROFILES, scaleQuotas } from '../protocol/quota-profile.ts';
import { PublishBudget } from './publish-budget.ts';

const IOT = QUOTA_PROFILES['iot-core'];
const KIB = 1024;

test('publishes never exceed the quota of any second, whenever and however large they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ afterMs: fc.nat(40), bytes: fc.nat(8 * KIB) }), {
        minLength: 200,
        maxLength: 400,
      }),
      fc.constantFrom(0.05, 0.5, 1, 3),
      (publishes, factor) => {
        const profile = scaleQuotas(IOT, { publishesPerSecond: factor });
        const budget = new PublishBudget(profile);
        const times: number[] = [];
        let now = 0;
        for (const { afterMs, bytes } of publishes) {
          now += afterMs;
          now += budget.waitMs('small', now);
          budget.spend(bytes, now);
          times.push(now);
        }
        for (const [n, time] of times.entries()) {
          const inThatSecond = times.slice(n).filter((other) => other < time + 1_000).length;
          expect(inThatSecond).toBeLessThanOrEqual(profile.publishesPerSecond);
        }
      },
    ),
  );
});

test('bytes run ahead of the quota by less than a second of large ones', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 8 * KIB, max: 120 * KIB }), { maxLength: 100 }), (sizes) => {
      const budget = new PublishBudget(IOT);
      let now = 0;
      let sent = 0;
      for (const bytes of sizes) {
        now += budget.waitMs('large', now);
        budget.spend(bytes, now);
        sent += bytes;
        expect(sent).toBeLessThanOrEqual(((now + 1_000) / 1_000) * IOT.bytesPerSecond);
      }
      // No slower than the quota either.
      expect(now).toBeLessThanOrEqual((sent / IOT.bytesPerSecond) * 1_000);
    }),
  );
});

test('what comes in takes from the same quota', () => {
  const budget = new PublishBudget(IOT);
  for (let n = 0; n < 80; n++) budget.received(100, 10);
  for (let n = 0; n < 10; n++) budget.spend(100, 10);
  expect(budget.waitMs('small', 10)).toBe(1_050);
  expect(budget.waitMs('small', 1_060)).toBe(0);
});

test('what comes in does not silence a connection, however much it is', () => {
  const budget = new PublishBudget(IOT);
  let sent = 0;
  for (let now = 0; now < 10_000; now += 5) {
    budget.received(100, now);
    if (budget.waitMs('small', now) > 0) continue;
    budget.spend(100, now);
    sent += 1;
  }
  // The tenth that is not the other side's, beside what was free at the start.
  expect(sent).toBeGreaterThan(80);
  expect(sent).toBeLessThan(150);
});

test('a flood of bytes from the other side holds ours back for a bounded time', () => {
  const budget = new PublishBudget(IOT);
  for (let n = 0; n < 80; n++) budget.received(120 * KIB, 0);
  expect(budget.backlogMs(0)).toBe(1_500);
});

test('small ones may go when large ones have to wait', () => {
  const budget = new PublishBudget(IOT);
  while (budget.waitMs('large', 0) === 0) budget.spend(120 * KIB, 0);
  expect(budget.waitMs('small', 0)).toBe(0);
});

test('without quotas nothing waits', () => {
  const budget = new PublishBudget(QUOTA_PROFILES.none);
  for (let n = 0; n < 1_000; n++) budget.spend(128 * KIB, 0);
  expect([budget.waitMs('small', 0), budget.waitMs('large', 0)]).toEqual([0, 0]);
});
