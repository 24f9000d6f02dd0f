import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../../http/aws-error.ts';
import { RecursionGuard } from './recursion-guard.ts';

const guard = (): RecursionGuard =>
  new RecursionGuard(
    () => 0x68000000 * 1000,
    () => '01010101-0101-0101-0101-010101010101',
  );

test('who sends no header gets a new trace, with the function once in its chain', () => {
  const header = guard().enter('orders', 'arn:orders', undefined);
  expect(header).toMatch(/^Root=1-68000000-(?:01){12};Parent=(?:01){8};Sampled=0;Lineage=1:[0-9a-f]{8}:1$/);
});

test('a header is passed on, and each function is counted in it', () => {
  const chain = guard();
  const first = chain.enter('orders', 'arn:orders', 'Root=1-2-3;Parent=4;Sampled=1');
  const second = chain.enter('billing', 'arn:billing', first);
  const third = chain.enter('orders', 'arn:orders', second);
  expect(third).toMatch(/^Root=1-2-3;Parent=4;Sampled=1;Lineage=1:[0-9a-f]{8}:2\|[0-9a-f]{8}:1$/);
});

test('the seventeenth time of a function in one chain is refused, unless that is allowed', () => {
  const chain = guard();
  let header: string | undefined;
  for (let count = 0; count < 16; count++) header = chain.enter('orders', 'arn:orders', header);
  expect(() => chain.enter('orders', 'arn:orders', header)).toThrow(
    expect.objectContaining({ statusCode: 400, type: 'RecursiveInvocationException' }),
  );
  expect(chain.enter('billing', 'arn:billing', header)).toContain(':16|');
  chain.configure('orders', 'Allow');
  expect(chain.enter('orders', 'arn:orders', header)).toMatch(/:17$/);
  chain.configure('orders', 'Terminate');
  expect(() => chain.enter('orders', 'arn:orders', header)).toThrow(AwsError);
});

test('whatever a header holds, the function gets a short one of a trace’s form', () => {
  const part = fc.constantFrom('Root=', 'Lineage=', '1:', 'a87bd80c:3', '|', ';', '=', 'Parent', 'x');
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 300 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (header) => {
      const given = guard().enter('orders', 'arn:orders', header);
      expect(given).toMatch(/^Root=[^;]+;Parent=[^;]+;Sampled=[^;]+;Lineage=1:[0-9a-f:|]+$/s);
    }),
  );
});
