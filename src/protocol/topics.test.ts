import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IOT_CORE } from './limits.ts';
import {
  inTopic,
  isLane,
  outTopic,
  parseTopic,
  presenceTopic,
  sessionTopic,
  type Topic,
  unqualifiedArn,
} from './topics.ts';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

function build(topic: Topic): string {
  switch (topic.type) {
    case 'presence':
      return presenceTopic(topic.arn, topic.lane);
    case 'session':
      return sessionTopic(topic.sessionId);
    case 'in':
      return inTopic(topic.arn, topic.sessionId);
    case 'out':
      return outTopic(topic.arn, topic.stubId);
    default: {
      const exhaustive: never = topic;
      return exhaustive;
    }
  }
}

const arns = fc
  .tuple(
    fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
    fc.constantFrom('us-east-1', 'us-gov-west-1', 'ap-southeast-2'),
    fc.stringMatching(/^[0-9]{12}$/),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  )
  .map(
    ([partition, region, account, name]) => `arn:${partition}:lambda:${region}:${account}:function:${name}`,
  );
const lanes = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const peers = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const topics: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({ type: fc.constant('presence' as const), arn: arns, lane: lanes }),
  fc.record({ type: fc.constant('session' as const), sessionId: peers }),
  fc.record({ type: fc.constant('in' as const), arn: arns, sessionId: peers }),
  fc.record({ type: fc.constant('out' as const), arn: arns, stubId: peers }),
);

test('every topic is read back as what it was built from, within the limits of IoT Core', () => {
  fc.assert(
    fc.property(topics, (topic) => {
      const built = build(topic);
      expect(parseTopic(built)).toEqual(topic);
      expect(Buffer.byteLength(built)).toBeLessThanOrEqual(IOT_CORE.topicBytes);
      expect(built.split('/').length - 1).toBeLessThanOrEqual(IOT_CORE.topicSlashes);
    }),
  );
});

test('the topics are those of the documentation', () => {
  expect(presenceTopic(ARN, 'alice')).toBe(`llx/v1/${ARN}/presence/alice`);
  expect(sessionTopic('s-1')).toBe('llx/v1/sessions/s-1');
  expect(inTopic(ARN, 's-1')).toBe(`llx/v1/${ARN}/in/s-1`);
  expect(outTopic(ARN, 'e_1')).toBe(`llx/v1/${ARN}/out/e_1`);
});

test.each([
  '',
  'llx/v1',
  'llx/v1/sessions',
  'llx/v1/sessions/',
  'llx/v1/sessions/+',
  'llx/v1/sessions/a/b',
  'llx/v2/sessions/a',
  'llx/v1/#',
  `llx/v1/${ARN}/presence`,
  `llx/v1/${ARN}/presence/Alice`,
  `llx/v1/${ARN}/presence/alice/`,
  `llx/v1/${ARN}:live/presence/alice`,
  `llx/v1/${ARN}/sideways/a`,
  `llx/v1/${ARN}/in/${'a'.repeat(65)}`,
  'llx/v1/arn:aws:s3:::bucket/in/a',
  `/llx/v1/${ARN}/in/a`,
])('parseTopic gives nothing for %j', (topic) => {
  expect(parseTopic(topic)).toBeUndefined();
});

test('parseTopic gives nothing for arbitrary text', () => {
  fc.assert(
    fc.property(fc.string(), (topic) => {
      expect(parseTopic(topic)).toBeUndefined();
    }),
  );
});

test.each(['+', '#', 'a/b', '', 'Alice', 'a'.repeat(33), 'default\n'])(
  'a lane cannot be called %j',
  (lane) => {
    expect(isLane(lane)).toBe(false);
    expect(() => presenceTopic(ARN, lane)).toThrow(RangeError);
  },
);

test('a topic is refused with what was expected and what was found', () => {
  expect(() => inTopic('orders', 's-1')).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Expected the ARN of a Lambda function (^arn:[a-z-]{1,16}:lambda:[a-z0-9-]{1,32}:\\d{12}:function:[A-Za-z0-9_-]{1,64}$), got "orders"]`,
  );
});

test.each([
  [ARN, ARN],
  [`${ARN}:live`, ARN],
  [`${ARN}:$LATEST`, ARN],
  [`${ARN}:7`, ARN],
  ['orders', 'orders'],
])('the unqualified form of %s is %s', (arn, expected) => {
  expect(unqualifiedArn(arn)).toBe(expected);
});
