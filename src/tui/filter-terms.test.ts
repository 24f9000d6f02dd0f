import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterMessage, filterNote, filterTerms } from './filter-terms.ts';

const ALL = ['fn', 'status', 'source'] as const;

/** The terms as they would be typed. */
function read(query: string): readonly string[] {
  return filterTerms(query, ALL).terms.map(
    ({ scope, text, not }) => `${not ? 'not ' : ''}${scope} ${JSON.stringify(text)}`,
  );
}

test.each([
  ['needle', ['text "needle"']],
  ['  fn:orders  STATUS:failed source:sqs ', ['fn "orders"', 'status "failed"', 'source "sqs"']],
  ['"two words" -"not these"', ['text "two words"', 'not text "not these"']],
  ['fn:"or ders" -fn:carts', ['fn "or ders"', 'not fn "carts"']],
  ['"still typed', ['text "still typed"']],
  ['http://a/b?c=1', ['text "http://a/b?c=1"']],
  ['fn: - "" -status:', []],
  ['"-"', ['text "-"']],
])('%j is %j', (query, terms) => {
  expect(read(query)).toEqual(terms);
});

test('what a screen knows nothing of is left out, and told', () => {
  const { terms, unknown } = filterTerms('status:failed fn:orders -source:sqs status:x', ['fn']);
  expect(terms.map(({ scope, text }) => [scope, text])).toEqual([['fn', 'orders']]);
  expect(unknown).toEqual(['status', 'source']);
  expect(filterNote(3, 12, unknown)).toBe('3/12, without status: and source:, which are not known here');
  expect(filterMessage(['status'])).toEqual({
    message: { text: 'Filtered without status:, which is not known here.', token: 'warning' },
  });
  expect([filterNote(3, 12, []), filterMessage([])]).toEqual(['3/12', {}]);
});

test('any text in quotes is found as it stands, in whatever case', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => !one.includes('"'));
  fc.assert(
    fc.property(text, (typed) => {
      const [term, ...others] = filterTerms(`"${typed}"`, ALL).terms;
      expect([term?.scope, term?.text, others]).toEqual(['text', typed, []]);
      expect(term?.pattern.test(`before ${typed} after`)).toBe(true);
    }),
  );
});
