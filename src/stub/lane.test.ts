import { expect, test } from 'vitest';
import { laneOf } from './lane.ts';

test.each([
  ['nothing names one', {}, undefined, 'default'],
  ['an event that is no object', 'text', undefined, 'default'],
  ['an HTTP header in lower case', { headers: { 'x-llx-lane': 'alice' } }, undefined, 'alice'],
  ['an HTTP header as the caller spelled it', { headers: { 'X-Llx-Lane': 'alice' } }, undefined, 'alice'],
  [
    'an SQS message attribute',
    { Records: [{ messageAttributes: { 'x-llx-lane': { stringValue: 'bob' } } }] },
    undefined,
    'bob',
  ],
  [
    'an SNS message attribute',
    { Records: [{ Sns: { MessageAttributes: { 'x-llx-lane': { Value: 'bob' } } } }] },
    undefined,
    'bob',
  ],
  ['the client context’s custom part', {}, { custom: { 'x-llx-lane': 'carol' } }, 'carol'],
  ['the client context before a header', { headers: { 'x-llx-lane': 'a' } }, { 'x-llx-lane': 'b' }, 'b'],
  ['a name that no session can hold', { headers: { 'x-llx-lane': 'Not A Lane' } }, undefined, undefined],
  ['a name with a topic separator', { headers: { 'x-llx-lane': 'a/b' } }, undefined, undefined],
])('the lane of %s', (_name, event, clientContext, lane) => {
  expect(laneOf(event, clientContext)).toBe(lane);
});
