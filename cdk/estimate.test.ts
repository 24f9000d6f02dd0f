import { expect, test } from 'vitest';
import { estimatedJsonLength, estimatedLength } from './estimate.ts';

test.each([
  ['abc', 3, 3],
  [{ Ref: 'AWS::AccountId' }, 12, 12],
  [{ Ref: 'Queue' }, 40, 0],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 80, 0],
  [{ 'Fn::Join': ['-', ['ab', { Ref: 'AWS::Partition' }, { Ref: 'Queue' }]] }, 47, 7],
])('%j is guessed to be %i characters, and is at least %i', (value, guessed, least) => {
  expect([estimatedLength(value), estimatedLength(value, 'left-out')]).toEqual([guessed, least]);
});

test('a document is as long as its JSON', () => {
  const literal = { Statement: [{ Effect: 'Allow', Resource: ['*'], Condition: { Bool: { x: true } } }] };
  expect(estimatedJsonLength(literal)).toBe(JSON.stringify(literal).length);
  expect(estimatedJsonLength({ Resource: { Ref: 'AWS::AccountId' } })).toBe(
    '{"Resource":"111122223333"}'.length,
  );
});
