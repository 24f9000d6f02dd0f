import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choiceList } from '../shell/choice-list.ts';
import { fieldOf } from '../shell/text-field.ts';
import { fuzzyMatch } from './fuzzy-match.ts';

const found = (query: string, ...labels: readonly string[]) =>
  choiceList(
    labels.map((label) => ({ label })),
    fieldOf(query),
  ).fitting.map(({ item }) => item.label);

test('a query fits exactly where its characters are in this order', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-', 'C'), maxLength: 12 });
  fc.assert(
    fc.property(short, short, (query, text) => {
      const wanted = query.toLowerCase().replace(/\s+/g, '');
      let from = 0;
      const fits = [...wanted].every((character) => {
        const at = text.toLowerCase().indexOf(character, from);
        from = at + 1;
        return at !== -1;
      });
      const match = fuzzyMatch(query, text);
      expect(match !== undefined).toBe(fits);
      const there = match?.positions.map((position) => text.toLowerCase().charAt(position)).join('');
      expect(there).toBe(fits ? wanted : undefined);
    }),
  );
});

test('beginnings of words and what stands together come first', () => {
  expect(found('sf', 'transform', 'save as fixture')).toEqual(['save as fixture', 'transform']);
  expect(found('log', 'follow changes', 'logs of orders', 'clog')).toEqual([
    'logs of orders',
    'clog',
    'follow changes',
  ]);
  expect(found('', 'b', 'a')).toEqual(['b', 'a']);
  expect(found('xyz', 'a')).toEqual([]);
});
