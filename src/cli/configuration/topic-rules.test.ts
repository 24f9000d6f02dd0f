import { expect, test } from 'vitest';
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
