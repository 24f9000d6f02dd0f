import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../../http/aws-error.ts';
import { ACCOUNT_CONCURRENCY, ConcurrencyLimits } from './concurrency-limits.ts';

/** Why there is no room, or undefined. */
function enter(limits: ConcurrencyLimits, functionName: string): unknown {
  try {
    limits.enter(functionName);
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.body.Reason;
  }
}

test('a function with reserved concurrency has so much and no more, and it comes back', () => {
  const limits = new ConcurrencyLimits();
  limits.reserve('orders', 2);
  const reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
  expect([enter(limits, 'orders'), enter(limits, 'orders'), enter(limits, 'orders')]).toEqual([
    undefined,
    undefined,
    reason,
  ]);
  expect(enter(limits, 'billing')).toBeUndefined();
  limits.leave('orders');
  expect(enter(limits, 'orders')).toBeUndefined();
});

test('zero stops a function, and taking it away lets it run', () => {
  const limits = new ConcurrencyLimits();
  limits.reserve('orders', 0);
  expect(enter(limits, 'orders')).toBe('ReservedFunctionConcurrentInvocationLimitExceeded');
  limits.reserve('orders', undefined);
  expect(enter(limits, 'orders')).toBeUndefined();
});

test('functions without a reservation share what is left of the account’s, and use no reserved one', () => {
  const limits = new ConcurrencyLimits();
  limits.reserve('orders', 900);
  for (let count = 0; count < 100; count++) expect(enter(limits, `f-${count}`)).toBeUndefined();
  expect(enter(limits, 'one-more')).toBe('ConcurrentInvocationLimitExceeded');
  for (let count = 0; count < 900; count++) expect(enter(limits, 'orders')).toBeUndefined();
  limits.leave('f-3');
  expect(enter(limits, 'one-more')).toBeUndefined();
});

test('whatever enters, leaves and is reserved: nobody is above a limit, and nobody below one is refused', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ type: fc.constant('enter' as const), name }),
    fc.record({ type: fc.constant('leave' as const), name }),
    fc.record({
      type: fc.constant('reserve' as const),
      name,
      limit: fc.option(fc.nat(300), { nil: undefined }),
    }),
  );
  const many = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 400 })), { maxLength: 30 });
  fc.assert(
    fc.property(many, (steps) => {
      const limits = new ConcurrencyLimits();
      const running = new Map<string, number>();
      const reserved = new Map<string, number>();
      const of = (key: string): number => running.get(key) ?? 0;
      for (const [one, times] of steps) {
        if (one.type === 'reserve') {
          limits.reserve(one.name, one.limit);
          if (one.limit === undefined) reserved.delete(one.name);
          else reserved.set(one.name, one.limit);
          continue;
        }
        for (let count = 0; count < times; count++) {
          if (one.type === 'leave') {
            if (of(one.name) === 0) break;
            limits.leave(one.name);
            running.set(one.name, of(one.name) - 1);
            continue;
          }
          const own = reserved.get(one.name);
          const others = ['a', 'b', 'c'].filter((key) => !reserved.has(key));
          const shared = others.reduce((sum, key) => sum + of(key), 0);
          const left = ACCOUNT_CONCURRENCY - [...reserved.values()].reduce((sum, limit) => sum + limit, 0);
          const mayRun = own === undefined ? shared < left : of(one.name) < own;
          expect(enter(limits, one.name) === undefined).toBe(mayRun);
          if (mayRun) running.set(one.name, of(one.name) + 1);
        }
      }
    }),
    { numRuns: 50 },
  );
});
