import { expect, test } from 'vitest';
import type { EventSource, ManifestFunction } from '../../manifest/manifest.ts';
import { checkConfig } from './check-config.ts';
import { topicRules } from './topic-rules.ts';

const FUNCTIONS = { hello: { handler: 'src/hello.handler' } };

test('a rule is a statement and a function', () => {
  const iot = { rules: { hot: { sql: "SELECT * FROM 'a/#'", function: 'hello' } } };
  const { config, problems } = checkConfig({ functions: FUNCTIONS, iot });
  expect(problems).toEqual([]);
  expect(topicRules(config.iot, undefined, ['hello'])).toEqual([
    { name: 'hot', sql: "SELECT * FROM 'a/#'", functionName: 'hello' },
  ]);
});

test('rules of an app have the names of their functions, and each its own', () => {
  const functions = [
    appFunction('hot-room', [
      { type: 'iot', sql: "SELECT * FROM 'a'" },
      { type: 'queue', name: 'jobs' },
      { type: 'iot', sql: "SELECT * FROM 'b'" },
    ]),
    appFunction('hot_room', [{ type: 'iot', sql: "SELECT * FROM 'c'" }]),
    appFunction('cold', [{ type: 'iot', sql: "SELECT * FROM 'd'" }]),
    appFunction('elsewhere', [{ type: 'iot', sql: "SELECT * FROM 'e'" }]),
  ];
  const config = { rules: { cold: { sql: "SELECT * FROM 'f'", function: 'hot_room' } } };
  const rules = topicRules(config, { version: 1, root: '.', stacks: [], functions }, [
    'hot-room',
    'hot_room',
    'cold',
  ]);
  expect(rules.map(({ name, sql, functionName }) => [name, sql.slice(-3), functionName])).toEqual([
    ['hot_room', "'a'", 'hot-room'],
    ['hot_room_2', "'b'", 'hot-room'],
    ['hot_room_3', "'c'", 'hot_room'],
    ['cold_2', "'d'", 'cold'],
    ['cold', "'f'", 'hot_room'],
  ]);
});

function appFunction(name: string, sources: readonly EventSource[]): ManifestFunction {
  return {
    path: `App/${name}`,
    logicalId: name,
    stack: { name: 'App', path: 'App', artifact: 'App' },
    name,
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    timeout: 3,
    memory: 128,
    environment: {},
    unresolved: [],
    layers: [],
    sources,
    live: false,
  };
}

test('what is none is told', () => {
  const iot = { rules: { 'no-name': { sql: 'SELECT 1', function: 'hello' }, none: {} } };
  expect(checkConfig({ functions: FUNCTIONS, iot }).problems).toMatchInlineSnapshot(`
    [
      "iot.rules["no-name"]: expected a rule’s name of 1 to 128 letters, digits or _.",
      "iot.rules["no-name"].sql: expected a statement such as SELECT * FROM 'sensors/+/data', found "SELECT 1".",
      "iot.rules.none.sql: expected a statement such as SELECT * FROM 'sensors/+/data', found nothing.",
      "iot.rules.none.function: expected the name of a function, found nothing.",
    ]
  `);
});

test('a project without rules has none', () => {
  expect(topicRules(undefined, undefined, [])).toEqual([]);
});
