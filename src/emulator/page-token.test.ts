import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageToken, positionOfToken } from './page-token.ts';

test('a token gives back the position that it was made of, and can stand in a query', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (position) => {
      const token = pageToken(position);
      expect(token).toMatch(/^[\w-]*$/);
      expect(JSON.stringify(positionOfToken(token))).toBe(JSON.stringify(position));
    }),
  );
});

test('what is no token has no position', () => {
  for (const text of ['', 'elsewhere', '%', 'e30x']) expect(positionOfToken(text)).toBeUndefined();
});
