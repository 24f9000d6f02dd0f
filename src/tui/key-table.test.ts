import { expect, test } from 'vitest';
import { bindingsOf, KEY_CONTEXTS, KEY_TABLE, keysMarkdown } from './key-table.ts';

test.each(KEY_CONTEXTS)('no key means two things in %s', (context) => {
  const keys = bindingsOf(context).flatMap((binding) => binding.keys);
  expect(keys).toEqual([...new Set(keys)]);
});

test('no action stands in the table twice, and each is reachable somewhere', () => {
  const ids = KEY_TABLE.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(KEY_CONTEXTS.flatMap((context) => bindingsOf(context).map(({ id }) => id))).toEqual(
    expect.arrayContaining(ids),
  );
});

test('Escape means something in every place', () => {
  const without = KEY_CONTEXTS.filter(
    (context) => !bindingsOf(context).some(({ keys }) => keys.includes('escape')),
  );
  expect(without).toEqual([]);
});

test('docs/keys.md lists the keys', async () => {
  await expect(keysMarkdown()).toMatchFileSnapshot('../../docs/keys.md');
});
