import { expect, test } from 'vitest';
import { stepsOf, valueAt } from './event-path.ts';
import { transformInput } from './input-transformer.ts';

const EVENT = {
  detail: { id: 'a"b', count: 3, list: [{ n: 1 }], 'first-name': 'Ada' },
  resources: ['one', 'two'],
};

const FACTS = {
  event: EVENT,
  ruleArn: 'arn:rule',
  ruleName: 'orders',
  ingestionTime: '2026-11-21T10:00:00Z',
};

test.each([
  ['$', EVENT],
  ['$.detail.count', 3],
  ['$.resources[1]', 'two'],
  ['$.detail.list[0].n', 1],
  ["$.detail['first-name']", 'Ada'],
  ['$.detail.first-name', 'Ada'],
  ['$.detail.missing.more', undefined],
  ['$.detail.__proto__', undefined],
  ['$.resources.length', undefined],
])('the value at %s', (path, value) => {
  expect(valueAt(EVENT, path)).toEqual(value);
});

test.each(['detail', '$.', '$..a', '$.a[*]', '$[-1]', '$.a b'])('%s is no path', (path) => {
  expect(stepsOf(path)).toBeUndefined();
});

test.each([
  ['{"id": <id>, "n": <count>, "all": <list>}', '{"id": "a\\"b", "n": 3, "all": [{"n":1}]}'],
  ['"order <id> of <count>: <list>"', '"order a\\"b of 3: [{\\"n\\":1}]"'],
  ['{"a": "\\"<count>\\"", "b": <count>}', '{"a": "\\"3\\"", "b": 3}'],
  ['{"none": <none>, "text": "<none>"}', '{"none": null, "text": ""}'],
  ['{"unknown": "<what>"}', '{"unknown": "<what>"}'],
  ['"<aws.events.rule-name> at <aws.events.event.ingestion-time>"', '"orders at 2026-11-21T10:00:00Z"'],
  ['<aws.events.event>', JSON.stringify(EVENT)],
])('%s', (template, expected) => {
  const paths = { id: '$.detail.id', count: '$.detail.count', list: '$.detail.list', none: '$.detail.none' };
  expect(transformInput({ paths, template }, FACTS)).toBe(expected);
});
