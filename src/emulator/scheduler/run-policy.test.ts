import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExpressionError } from './expression-error.ts';
import {
  DEFAULT_RUN_POLICY,
  describeRunPolicy,
  MISSED_POLICIES,
  OVERLAP_POLICIES,
  plainDescription,
  readRunPolicy,
} from './run-policy.ts';

test('a description without a policy has the defaults', () => {
  expect(readRunPolicy()).toEqual({ overlap: 'parallel', missed: 'once' });
  expect(readRunPolicy('Nightly [llx]ish')).toEqual(DEFAULT_RUN_POLICY);
});

test('the policy stands at the end of the description, after what people wrote', () => {
  const text = 'Nightly report [llx overlap=skip missed=all]';
  expect(readRunPolicy(text)).toEqual({ overlap: 'skip', missed: 'all' });
  expect(plainDescription(text)).toBe('Nightly report');
  expect(describeRunPolicy('Nightly report [llx missed=all]', { overlap: 'queue', missed: 'once' })).toBe(
    'Nightly report [llx overlap=queue]',
  );
  expect(describeRunPolicy('[llx missed=all]', DEFAULT_RUN_POLICY)).toBeUndefined();
});

test('a word that is no policy is refused', () => {
  expect(() => readRunPolicy('[llx overlap=never]')).toThrow(
    new ExpressionError(
      'expected overlap=parallel|skip|queue or missed=once|skip|all in [llx …], found overlap=never',
    ),
  );
});

test('what is written is what is read', () => {
  const policies = fc.record({
    overlap: fc.constantFrom(...OVERLAP_POLICIES),
    missed: fc.constantFrom(...MISSED_POLICIES),
  });
  fc.assert(
    fc.property(fc.string(), policies, (description, policy) => {
      const plain = plainDescription(description);
      const text = describeRunPolicy(plain, policy);
      fc.pre(plainDescription(plain) === plain);
      expect(readRunPolicy(text)).toEqual(policy);
    }),
  );
});
