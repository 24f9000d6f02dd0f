import { expect, test } from 'vitest';
import { bindingsOf, type KeyContext, keysMarkdown } from './key-table.ts';

test.each(['list', 'detail', 'help', 'quit'] as const satisfies readonly KeyContext[])(
  'no key means two things in %s',
  (context) => {
    const keys = bindingsOf(context).flatMap((binding) => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  },
);

test('docs/keys.md lists the keys', async () => {
  await expect(keysMarkdown()).toMatchFileSnapshot('../../docs/keys.md');
});
