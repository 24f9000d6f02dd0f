import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xml } from './xml.ts';

test('elements stand in their order; absent ones are left out', () => {
  expect(xml('A', { B: 'b', C: undefined, D: { E: '' } }, 'urn:x')).toBe(
    '<A xmlns="urn:x"><B>b</B><D><E></E></D></A>',
  );
});

test('what XML cannot hold is replaced, the rest is escaped', () => {
  expect(xml('A', '<a b="c">&\r\n\0\u{1F600}\uD800')).toBe(
    '<A>&lt;a b=&quot;c&quot;&gt;&amp;&#xD;\n\uFFFD\u{1F600}\uFFFD</A>',
  );
});

test('no text opens or closes an element', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(xml('A', text)).toMatch(/^<A>[^<>"]*<\/A>$/);
    }),
  );
});
