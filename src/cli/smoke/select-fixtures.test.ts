import { afterEach, beforeEach, expect, test } from 'vitest';
import { TemporaryProject } from '../../runtime/test-support/temporary-project.ts';
import { withoutProject } from '../configuration.ts';
import { selectFixtures } from './select-fixtures.ts';

let project: TemporaryProject;

beforeEach(() => {
  project = new TemporaryProject({});
});

afterEach(() => {
  project.remove();
});

function select(
  patterns: readonly string[] = [],
  shard?: { readonly index: number; readonly count: number },
) {
  const configuration = withoutProject(project.root);
  const spec = {
    name: 'orders',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
    handler: 'orders.handler',
    runtime: 'nodejs24.x',
    timeoutMs: 3_000,
    memoryMb: 128,
    environment: {},
    root: project.root,
    code: 'source' as const,
  };
  const flags = { patterns, directory: project.root, ...(shard === undefined ? {} : { shard }) };
  return selectFixtures({ ...configuration, functions: [spec] }, flags);
}

test('a project without a fixture is told: a run of nothing is no green run', async () => {
  await expect(select()).rejects.toMatchObject({
    code: 'LLX_FIXTURES_MISSING',
    message: `Expected fixtures in ${project.path('fixtures/events')}, found none.`,
  });
});

test('a pattern that nothing fits is told, with what was probably meant', async () => {
  project.write('fixtures/events/orders/create.json', '{}');
  await expect(select(['orders/craete'])).rejects.toMatchObject({
    code: 'LLX_FIXTURE_UNKNOWN',
    message: `Expected a fixture of ${project.path('fixtures/events')} that "orders/craete" fits, found none. Did you mean orders/create?`,
  });
});

test('what is no fixture is a case of its own, in its place', async () => {
  project.write('fixtures/events/orders/create.json', '{}');
  project.write('fixtures/events/orders/bad.json', '{');
  const cases = await select();
  expect(cases.map((one) => [one.name, 'problem' in one])).toEqual([
    ['orders/bad', true],
    ['orders/create', false],
  ]);
});

test('a part of fewer cases than parts may have none', async () => {
  project.write('fixtures/events/orders/create.json', '{}');
  const parts = await Promise.all([1, 2, 3].map((index) => select([], { index, count: 3 })));
  expect(parts.flat()).toHaveLength(1);
});
