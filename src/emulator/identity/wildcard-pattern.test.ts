import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WildcardPattern } from './wildcard-pattern.ts';

const plain = (pattern: string) => new WildcardPattern(pattern, { variables: false });
const withVariables = (pattern: string) => new WildcardPattern(pattern, { variables: true });

/** Few letters, so that patterns and texts meet often. */
const text = fc.string({ unit: fc.constantFrom(...'ab:/'), maxLength: 12 });
const pattern = fc.string({ unit: fc.constantFrom(...'ab:/**?'), maxLength: 12 });

describe('a pattern of a policy', () => {
  test('matches what the regular expression of the same meaning matches', () => {
    fc.assert(
      fc.property(pattern, text, (written, found) => {
        const expression = written.replaceAll('/', '\\/').replaceAll('*', '.*').replaceAll('?', '.');
        expect(plain(written).matches(found)).toBe(new RegExp(`^${expression}$`, 's').test(found));
      }),
      { numRuns: 2_000 },
    );
  });

  test('matches every text that its wildcards were filled in with', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
        const written = pairs.map(([fixed]) => `${fixed}*`).join('');
        const filled = pairs.map(([fixed, filling]) => fixed + filling).join('');
        expect(plain(written).matches(filled)).toBe(true);
      }),
    );
  });

  test('of many wildcards comes to an end on a text that it nearly matches', () => {
    expect(plain(`${'*a'.repeat(200)}b`).matches('a'.repeat(20_000))).toBe(false);
  });

  test.each([
    [
      'arn:aws:iot:us-east-1:000000000000:topic/llx/v1/*',
      'arn:aws:iot:us-east-1:000000000000:topic/llx/v1/a/b:c',
      true,
    ],
    ['topic/+/#', 'topic/a/b', false],
    ['topic/+/#', 'topic/+/#', true],
    ['a.c', 'abc', false],
    ['*', '', true],
    ['?', '', false],
    ['', '', true],
    [`\${aws:username}`, 'alice', false],
    [`\${aws:username}`, `\${aws:username}`, true],
  ])('%s and %s: %s', (written, found, matches) => {
    expect(plain(written).matches(found)).toBe(matches);
  });
});

describe('a policy variable', () => {
  const variables = (name: string) => new Map([['aws:username', 'al*ce']]).get(name);

  test.each([
    [`client/\${aws:username}-*`, 'client/al*ce-1', true],
    [`client/\${aws:username}-*`, 'client/alice-1', false],
    [`client/\${aws:userid}`, 'client/', false],
    [`client/\${aws:userid, 'nobody'}`, 'client/nobody', true],
    [`a\${*}b\${?}c\${$}`, 'a*b?c$', true],
    [`a\${*}`, 'ab', false],
  ])('%s and %s: %s', (written, found, matches) => {
    expect(withVariables(written).matches(found, variables)).toBe(matches);
  });
});
