import { expect, test } from 'vitest';
import { constraintViolation, violationsText } from './constraint-violation.ts';

test('what is wrong with a request is told in the words of AWS, all of it at once', () => {
  const missing = constraintViolation('RoleArn', undefined, 'Member must not be null');
  const large = constraintViolation('MaxItems', 51, 'Member must have value less than or equal to 50');
  expect(violationsText([missing])).toBe(
    "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  );
  expect(violationsText([missing, large])).toBe(
    "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value '51' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 50",
  );
});

test('of a value of megabytes only the beginning is sent back', () => {
  const text = constraintViolation('Name', 'n'.repeat(5_000_000), 'Member must have length less than 64');
  expect(text).toBe(
    `Value '${'n'.repeat(2_100)}' at 'name' failed to satisfy constraint: Member must have length less than 64`,
  );
});
