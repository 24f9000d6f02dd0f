import { expect, test } from 'vitest';
import { invocationCommand } from './invocation-command.ts';

test.each([
  ['http://127.0.0.1:4566', 'default', 'llx invoke hello'],
  ['http://127.0.0.1:4567', 'default', 'llx invoke hello --endpoint http://127.0.0.1:4567'],
  ['http://127.0.0.1:4566', 'alice', 'llx invoke hello --lane alice'],
  [undefined, 'default', 'aws lambda invoke --function-name hello answer.json'],
])('at %s, lane %s', (endpoint, lane, command) => {
  expect(invocationCommand({ endpoint, lane }, 'hello')).toBe(command);
});
