import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PreludeReader } from './url-prelude.ts';

const ZEROS = Buffer.alloc(8);

test('a prelude is read however it is cut, and what follows it is the body', () => {
  const body = fc.uint8Array({ maxLength: 40 });
  const places = fc.array(fc.nat(80), { maxLength: 6 });
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), body, places, (statusCode, rest, cuts) => {
      const bytes = Buffer.concat([Buffer.from(JSON.stringify({ statusCode })), ZEROS, rest]);
      const reader = new PreludeReader();
      const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      let start = 0;
      for (const end of ends) {
        const read = reader.push(bytes.subarray(start, end));
        start = end;
        if (read.type === 'incomplete') continue;
        expect(read).toMatchObject({ type: 'read', head: { status: statusCode } });
        const found = read.type === 'read' ? read.rest : new Uint8Array(0);
        expect(Buffer.concat([found, bytes.subarray(end)])).toEqual(Buffer.from(rest));
        return;
      }
      expect.fail('the whole prelude was there');
    }),
  );
});

test.each(['[]', 'null', '{', '{"statusCode":1}', '{"headers":{"a b":"c"}}'])('%s is no prelude', (json) => {
  expect(new PreludeReader().push(Buffer.concat([Buffer.from(json), ZEROS]))).toEqual({ type: 'malformed' });
});

test('a prelude without an end is given up at 16 KB', () => {
  const reader = new PreludeReader();
  expect(reader.push(Buffer.alloc(16 * 1024, 'x'))).toEqual({ type: 'incomplete' });
  expect(reader.push(Buffer.from('x'))).toEqual({ type: 'malformed' });
});
