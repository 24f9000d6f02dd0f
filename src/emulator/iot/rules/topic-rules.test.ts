import {
  CreateTopicRuleCommand,
  DeleteTopicRuleCommand,
  DisableTopicRuleCommand,
  EnableTopicRuleCommand,
  GetTopicRuleCommand,
  IoTClient,
  ListTopicRulesCommand,
  type ListTopicRulesRequest,
  ReplaceTopicRuleCommand,
  type TopicRulePayload,
} from '@aws-sdk/client-iot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../../events/events.test-support.ts';
import { echo } from '../../lambda/invocations/invocations.test-support.ts';

let world: EventsWorld;
let client: IoTClient;
let greet: string;
beforeEach(async () => {
  world = await EventsWorld.open();
  client = world.client(IoTClient);
  greet = world.lambda.deploy('greet', echo);
});
afterEach(() => world.close());

async function rule(changes: Partial<TopicRulePayload> = {}, ruleName = 'hot'): Promise<void> {
  await client.send(
    new CreateTopicRuleCommand({
      ruleName,
      topicRulePayload: {
        sql: "SELECT temperature, topic(2) AS device FROM 'sensors/+/data' WHERE temperature > 30",
        actions: [{ lambda: { functionArn: greet } }],
        ...changes,
      },
    }),
  );
}

function publish(topic: string, value: unknown): void {
  const payload = value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value));
  world.message({ topic, payload, clientId: 'sensor' });
}

describe('a message', () => {
  test('invokes the function of each rule that it fits, with what the rule selects', async () => {
    await rule();
    publish('sensors/kitchen/data', { temperature: 20 });
    publish('sensors/kitchen/data', { temperature: 31 });
    publish('sensors/kitchen/more/data', { temperature: 32 });
    await world.lambda.ended(1);
    await world.settled();
    expect(world.received()).toEqual([{ temperature: 31, device: 'kitchen' }]);
  });

  test('of llx itself, or of AWS, is nobody’s', async () => {
    await rule({ sql: "SELECT * FROM '#'" });
    publish('llx/v1/arn/in/x', { n: 1 });
    publish('$aws/events/x', { n: 2 });
    publish('else', { n: 3 });
    await world.lambda.ended(1);
    await world.settled();
    expect(world.received()).toEqual([{ n: 3 }]);
  });

  test('goes to a queue, as it is or as base64', async () => {
    const jobs = world.queueArn('jobs');
    const queueUrl = 'http://127.0.0.1:4566/000000000000/jobs';
    await rule({
      sql: "SELECT * FROM 'a'",
      actions: [{ sqs: { queueUrl, roleArn: ROLE, useBase64: false } }],
    });
    await rule(
      { sql: "SELECT * FROM 'b'", actions: [{ sqs: { queueUrl, roleArn: ROLE, useBase64: true } }] },
      'b',
    );
    publish('a', { n: 1 });
    publish('b', new Uint8Array([0xff]));
    await world.lambda.queues.received(2);
    expect(world.lambda.queues.sent).toEqual([
      { queueArn: jobs, message: { body: '{"n":1}' } },
      { queueArn: jobs, message: { body: '/w==' } },
    ]);
  });

  test('is republished, for clients and for other rules, and not round and round', async () => {
    await rule({ sql: "SELECT n FROM 'a'", actions: [{ republish: { topic: 'b', roleArn: ROLE } }] }, 'a');
    await rule({ sql: "SELECT n + 1 AS n FROM 'b'", actions: [{ lambda: { functionArn: greet } }] }, 'b');
    publish('a', { n: 1, more: true });
    await world.lambda.ended(1);
    expect(world.received()).toEqual([{ n: 2 }]);
    expect(world.published).toEqual([{ topic: 'b', payload: '{"n":1}' }]);
    await rule(
      { sql: "SELECT n + 1 AS n FROM 'loop'", actions: [{ republish: { topic: 'loop', roleArn: ROLE } }] },
      'loop',
    );
    publish('loop', { n: 0 });
    await world.noticed('a message is republished 5 times at most');
    expect(world.published.slice(1).map(({ payload }) => payload)).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `{"n":${n}}`),
    );
  });

  test('that an action does not take goes to the error action, else it is told', async () => {
    const gone = 'arn:aws:lambda:us-east-1:000000000000:function:gone';
    const actions = [{ lambda: { functionArn: gone } }];
    await rule({ sql: "SELECT * FROM 'a'", actions }, 'told');
    publish('a', { n: 1 });
    await world.noticed('told');
    expect(world.notices).toEqual([
      `The IoT rule told could not carry out its action lambda: ResourceNotFoundException: Function not found: ${gone}:$LATEST`,
    ]);
    await client.send(new DeleteTopicRuleCommand({ ruleName: 'told' }));
    await rule(
      { sql: "SELECT n + 1 AS m FROM 'a'", actions, errorAction: { lambda: { functionArn: greet } } },
      'kept',
    );
    publish('a', { n: 1 });
    await world.lambda.ended(1);
    expect(world.received()).toEqual([
      {
        ruleName: 'kept',
        topic: 'a',
        cloudwatchTraceId: expect.any(String),
        clientId: 'sensor',
        base64OriginalPayload: Buffer.from('{"n":1}').toString('base64'),
        failures: [
          {
            failedAction: 'LambdaAction',
            failedResource: gone,
            errorMessage: `ResourceNotFoundException: Function not found: ${gone}:$LATEST`,
          },
        ],
      },
    ]);
  });

  test('that is no JSON reaches no function as it is, but its bytes do', async () => {
    await rule({ sql: "SELECT * FROM 'a'" }, 'raw');
    await rule({ sql: "SELECT encode(*, 'base64') AS data FROM 'a'" }, 'bytes');
    publish('a', new Uint8Array([0xff]));
    await world.lambda.ended(1);
    expect(world.received()).toEqual([{ data: '/w==' }]);
    expect(world.notices).toEqual([
      'The IoT rule raw could not carry out its action lambda: expected a payload that is JSON: a function takes nothing else',
    ]);
  });
});

describe('a message that SELECT * takes', () => {
  const queueUrl = 'http://127.0.0.1:4566/000000000000/jobs';
  const actions = [{ sqs: { queueUrl, roleArn: ROLE } }];

  test.each([
    ['a number that JavaScript has not', '{"n":12345678901234567890}'],
    ['what is no JSON', 'Hello'],
    ['JSON that is deeper than this process goes', `${'['.repeat(60_000)}${']'.repeat(60_000)}`],
  ])('is as it came: %s', async (_what, payload) => {
    world.queueArn('jobs');
    await rule({ sql: "SELECT * FROM 'a/+' WHERE topic(2) = 'b'", actions });
    publish('a/c', Buffer.from(payload));
    publish('a/b', Buffer.from(payload));
    await world.lambda.queues.received(1);
    await world.settled();
    expect(world.lambda.queues.sent.map(({ message }) => message.body)).toEqual([payload]);
  });

  test('is there for the others where one rule cannot read it', async () => {
    world.queueArn('jobs');
    await rule({ sql: "SELECT VALUE concat(*, '') FROM 'a'", actions }, 'one');
    await rule({ sql: "SELECT * FROM 'a'", actions }, 'two');
    publish('a', Buffer.from(`{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`));
    await world.lambda.queues.received(1);
    expect(world.notices).toEqual([
      'The IoT rule one could not read a message of a: Maximum call stack size exceeded',
    ]);
  });
});

describe('a rule', () => {
  test('is what it was made, over a restart, until it is replaced or deleted', async () => {
    await rule({ description: 'Hot rooms' });
    await world.restart();
    client = world.client(IoTClient);
    const { $metadata: _, ...found } = await client.send(new GetTopicRuleCommand({ ruleName: 'hot' }));
    expect(found).toEqual({
      ruleArn: 'arn:aws:iot:us-east-1:000000000000:rule/hot',
      rule: {
        ruleName: 'hot',
        sql: "SELECT temperature, topic(2) AS device FROM 'sensors/+/data' WHERE temperature > 30",
        description: 'Hot rooms',
        createdAt: new Date(world.lambda.clock.now()),
        actions: [{ lambda: { functionArn: greet } }],
        ruleDisabled: false,
        awsIotSqlVersion: '2016-03-23',
      },
    });
    await client.send(
      new ReplaceTopicRuleCommand({
        ruleName: 'hot',
        topicRulePayload: { sql: "SELECT * FROM 'x'", actions: [{ lambda: { functionArn: greet } }] },
      }),
    );
    publish('x', { n: 1 });
    await world.lambda.ended(1);
    await client.send(new DeleteTopicRuleCommand({ ruleName: 'hot' }));
    publish('x', { n: 2 });
    await world.settled();
    expect(world.received()).toEqual([{ n: 1 }]);
    await expect(client.send(new GetTopicRuleCommand({ ruleName: 'hot' }))).rejects.toMatchObject({
      name: 'UnauthorizedException',
      message: "Access to topic rule 'hot' was denied",
    });
  });

  test('that is switched off sees nothing', async () => {
    await rule({ sql: "SELECT * FROM 'x'", ruleDisabled: true });
    publish('x', { n: 1 });
    await client.send(new EnableTopicRuleCommand({ ruleName: 'hot' }));
    publish('x', { n: 2 });
    await client.send(new DisableTopicRuleCommand({ ruleName: 'hot' }));
    publish('x', { n: 3 });
    await world.lambda.ended(1);
    await world.settled();
    expect(world.received()).toEqual([{ n: 2 }]);
  });

  test('is listed, by its topic, page by page', async () => {
    await rule({ sql: "SELECT * FROM 'a/+'" }, 'a');
    await rule({ sql: "SELECT * FROM 'b'", ruleDisabled: true }, 'b');
    const names = async (input: ListTopicRulesRequest) => {
      const { rules = [], nextToken } = await client.send(new ListTopicRulesCommand(input));
      return { names: rules.map(({ ruleName, topicPattern }) => `${ruleName} ${topicPattern}`), nextToken };
    };
    const first = await names({ maxResults: 1 });
    expect(first.names).toEqual(['a a/+']);
    expect((await names({ nextToken: first.nextToken ?? '' })).names).toEqual(['b b']);
    expect((await names({ topic: 'a/1' })).names).toEqual(['a a/+']);
    expect((await names({ ruleDisabled: true })).names).toEqual(['b b']);
  });

  test('of the configuration works, and is changed there alone', async () => {
    world.topicRules = [{ name: 'configured', sql: "SELECT * FROM 'x'", functionName: 'greet' }];
    await world.restart();
    client = world.client(IoTClient);
    publish('x', { n: 1 });
    await world.lambda.ended(1);
    expect(world.received()).toEqual([{ n: 1 }]);
    await expect(client.send(new DeleteTopicRuleCommand({ ruleName: 'configured' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'The rule configured is of llx’s configuration: change it there.',
    });
  });

  test.each([
    ...['a/#/b', 'a+', '#a', 'a/+b/c'].map(
      (filter) =>
        [
          { sql: `SELECT * FROM '${filter}'` },
          'SqlParseException',
          `Cannot parse the SQL: expected a topic filter in which + is a whole level and # the last one, found ${filter}`,
        ] satisfies [Partial<TopicRulePayload>, string, string],
    ),
    [{ sql: 'SELECT' }, 'SqlParseException', 'Cannot parse the SQL: expected a value, found the end'],
    [
      { actions: [{ lambda: { functionArn: 'greet' } }] },
      'InvalidRequestException',
      'expected the ARN of a function, found greet',
    ],
    [
      { actions: [{ s3: { roleArn: ROLE, bucketName: 'b', key: 'k' } }] },
      'InvalidRequestException',
      "llx's emulator has the actions lambda, sqs and republish, not s3",
    ],
    [
      { actions: [{ republish: { roleArn: ROLE, topic: `\${topic()}/again` } }] },
      'InvalidRequestException',
      `llx's emulator has no substitution templates, such as in topic: \${topic()}/again`,
    ],
    [
      { actions: [{ republish: { roleArn: ROLE, topic: 'llx/v1/x/in' } }] },
      'InvalidRequestException',
      "expected a topic without + and #, and none that begins with $ or is llx's own, found llx/v1/x/in",
    ],
  ] satisfies readonly [Partial<TopicRulePayload>, string, string][])(
    'refuses %j',
    async (changes, name, message) => {
      await expect(rule(changes)).rejects.toMatchObject({ name, message });
    },
  );
});
