import { expect, test } from 'vitest';
import { parseLedger } from './ledger.ts';

test('lines that handlers wrote are read back', () => {
  expect(parseLedger('12 start local 3 a-1 99\n13 end deployed 4 b-2 98\n')).toEqual([
    { at: 12, what: 'start', where: 'local', n: 3, requestId: 'a-1', pid: 99 },
    { at: 13, what: 'end', where: 'deployed', n: 4, requestId: 'b-2', pid: 98 },
  ]);
});

test('a torn line is not passed over', () => {
  expect(() => parseLedger('12 start lo12 start local 3 a-1 99\n')).toThrow(
    'Expected a line of a ledger, found "12 start lo12 start local 3 a-1 99".',
  );
});
