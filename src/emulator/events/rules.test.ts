import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  type Target,
  TestEventPatternCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echo, fail } from '../lambda/invocations/invocations.test-support.ts';
import { EventsWorld } from './events.test-support.ts';

let world: EventsWorld;
let client: EventBridgeClient;
let greet: string;
beforeEach(async () => {
  world = await EventsWorld.open();
  client = world.client(EventBridgeClient);
  greet = world.lambda.deploy('greet', echo);
});
afterEach(() => world.close());

const ORDERS = JSON.stringify({ source: ['shop'], detail: { total: [{ numeric: ['>', 100] }] } });
const RULE_ARN = 'arn:aws:events:us-east-1:000000000000:rule/orders';

async function onOrders(target: Partial<Target> = {}, name = 'orders'): Promise<void> {
  await client.send(new PutRuleCommand({ Name: name, EventPattern: ORDERS }));
  const { FailedEntryCount } = await client.send(
    new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'one', Arn: greet, ...target }] }),
  );
  expect(FailedEntryCount).toBe(0);
}

async function put(...entries: readonly PutEventsRequestEntry[]) {
  const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
  return { FailedEntryCount, Entries };
}

function order(total: number, more: PutEventsRequestEntry = {}): PutEventsRequestEntry {
  return { Source: 'shop', DetailType: 'OrderPlaced', Detail: JSON.stringify({ total }), ...more };
}

describe('an event', () => {
  test('goes to the targets of each rule that it fits, as AWS writes it', async () => {
    await onOrders();
    const { Entries } = await put(order(50), order(150, { Resources: ['arn:order'] }));
    await world.lambda.ended(1);
    expect(world.received()).toEqual([
      {
        version: '0',
        id: Entries?.[1]?.EventId,
        'detail-type': 'OrderPlaced',
        source: 'shop',
        account: '000000000000',
        time: '2026-11-21T10:00:00Z',
        region: 'us-east-1',
        resources: ['arn:order'],
        detail: { total: 150 },
      },
    ]);
  });

  test.each([
    [{ Input: '{"fixed":true}' }, { fixed: true }],
    [{ InputPath: '$.detail' }, { total: 150 }],
    [
      {
        InputTransformer: {
          InputPathsMap: { total: '$.detail.total' },
          InputTemplate: '{"sum": <total>, "of": "<aws.events.rule-name>"}',
        },
      },
      { sum: 150, of: 'orders' },
    ],
  ] satisfies readonly [Partial<Target>, unknown][])(
    'is what a target makes of it: %j',
    async (target, event) => {
      await onOrders(target);
      await put(order(150));
      await world.lambda.ended(1);
      expect(world.received()).toEqual([event]);
    },
  );

  test('goes to a queue', async () => {
    const queueArn = world.queueArn('orders.fifo');
    await onOrders({ Arn: queueArn, InputPath: '$.detail', SqsParameters: { MessageGroupId: 'g' } });
    await put(order(150));
    expect(world.lambda.queues.sent).toEqual([
      { queueArn, message: { body: '{"total":150}', groupId: 'g' } },
    ]);
  });

  test('that its target does not take goes to the dead-letter queue, else is told', async () => {
    const gone = 'arn:aws:lambda:us-east-1:000000000000:function:gone';
    const why = `ResourceNotFoundException: Function not found: ${gone}:$LATEST`;
    await onOrders({ Arn: gone, InputPath: '$.detail', DeadLetterConfig: { Arn: world.queueArn('dead') } });
    await put(order(150));
    const said = (StringValue: string) => ({ DataType: 'String', StringValue });
    expect(world.lambda.queues.sent).toEqual([
      {
        queueArn: world.queueArn('dead'),
        message: {
          body: '{"total":150}',
          attributes: {
            RULE_ARN: said(RULE_ARN),
            TARGET_ARN: said(gone),
            ERROR_CODE: said('ResourceNotFoundException'),
            ERROR_MESSAGE: said(why),
          },
        },
      },
    ]);
    await onOrders({ Arn: gone });
    await put(order(150));
    expect(world.notices).toEqual([`An event of the rule default/orders did not reach ${gone}: ${why}`]);
  });

  test('is refused on its own where it is none', async () => {
    await onOrders();
    expect(
      await put({ Source: 'shop', DetailType: 'x', Detail: 'no' }, { Source: 'shop' }, order(1)),
    ).toEqual({
      FailedEntryCount: 2,
      Entries: [
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        {
          ErrorCode: 'InvalidArgument',
          ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
        },
        { EventId: expect.any(String) },
      ],
    });
  });

  test('on another bus meets only that one’s rules; on one that there is not, nobody', async () => {
    await client.send(new CreateEventBusCommand({ Name: 'shop' }));
    await client.send(new PutRuleCommand({ Name: 'orders', EventBusName: 'shop', EventPattern: ORDERS }));
    await client.send(
      new PutTargetsCommand({
        Rule: 'orders',
        EventBusName: 'shop',
        Targets: [{ Id: 'one', Arn: greet, InputPath: '$.detail.total' }],
      }),
    );
    await put(
      order(101),
      order(102, { EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/shop' }),
      order(103, { EventBusName: 'none' }),
    );
    await world.lambda.ended(1);
    await world.restart();
    expect(world.received()).toEqual([102]);
  });

  test('that goes round in a loop is stopped', async () => {
    let rounds = 0;
    world.lambda.deploy('greet', async (call, run) => {
      rounds += 1;
      // As the AWS SDK does in a function.
      const TraceHeader = call.traceId ?? '';
      await client.send(new PutEventsCommand({ Entries: [order(150, { TraceHeader })] }));
      return await echo(call, run);
    });
    await onOrders();
    await put(order(150));
    await world.lambda.until(() => world.lambda.events.some(({ type }) => type === 'recursive'));
    expect(rounds).toBe(16);
  });
});

describe('a rule', () => {
  test('is what it was made, over a restart', async () => {
    await onOrders({ InputPath: '$.detail' });
    await client.send(
      new PutRuleCommand({
        Name: 'orders',
        EventPattern: ORDERS,
        Description: 'large orders',
        State: 'DISABLED',
      }),
    );
    await world.restart();
    client = world.client(EventBridgeClient);
    const { $metadata: _, ...rule } = await client.send(new DescribeRuleCommand({ Name: 'orders' }));
    expect(rule).toEqual({
      Name: 'orders',
      Arn: RULE_ARN,
      EventBusName: 'default',
      EventPattern: ORDERS,
      Description: 'large orders',
      State: 'DISABLED',
      CreatedBy: '000000000000',
    });
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'orders' }));
    expect(Targets).toEqual([{ Id: 'one', Arn: greet, InputPath: '$.detail' }]);
  });

  test('that is switched off sees nothing', async () => {
    await onOrders();
    await client.send(new DisableRuleCommand({ Name: 'orders' }));
    await put(order(150));
    await client.send(new EnableRuleCommand({ Name: 'orders' }));
    await put(order(200));
    await world.lambda.ended(1);
    expect(world.received()).toMatchObject([{ detail: { total: 200 } }]);
  });

  test('is listed, by its bus, name and targets, page by page', async () => {
    for (const name of ['b', 'a', 'c']) await onOrders({}, name);
    const first = await client.send(new ListRulesCommand({ Limit: 2 }));
    const second = await client.send(new ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
    expect([first, second].map(({ Rules = [] }) => Rules.map(({ Name }) => Name))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    const { RuleNames } = await client.send(new ListRuleNamesByTargetCommand({ TargetArn: greet }));
    expect(RuleNames).toEqual(['a', 'b', 'c']);
  });

  test('cannot be deleted while it has targets', async () => {
    await onOrders();
    await expect(client.send(new DeleteRuleCommand({ Name: 'orders' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: "Rule can't be deleted since it has targets.",
    });
    await client.send(new RemoveTargetsCommand({ Rule: 'orders', Ids: ['one'] }));
    await client.send(new DeleteRuleCommand({ Name: 'orders' }));
    await expect(client.send(new DescribeRuleCommand({ Name: 'orders' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Rule orders does not exist.',
    });
  });

  test.each([
    [
      { EventPattern: '{"source":"shop"}' },
      'InvalidEventPatternException',
      'Event pattern is not valid. Reason: expected an object with members, or a list of rules, in the pattern.source',
    ],
    [{}, 'ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
    [
      { ScheduleExpression: 'rate(1 minutes)' },
      'ValidationException',
      'Parameter ScheduleExpression is not valid: expected cron(…), or a rate such as rate(1 minute) or rate(5 minutes).',
    ],
    [
      { ScheduleExpression: 'cron(0 12 * * *)' },
      'ValidationException',
      'Parameter ScheduleExpression is not valid: expected six fields (minutes hours day-of-month month day-of-week year) in cron(0 12 * * *), found 5.',
    ],
  ])('refuses %j', async (changes, name, message) => {
    await expect(client.send(new PutRuleCommand({ Name: 'orders', ...changes }))).rejects.toMatchObject({
      name,
      message,
    });
  });

  test.each([
    [
      { Arn: 'arn:aws:sns:us-east-1:000000000000:t' },
      "Parameter Target one is not valid. Reason: llx's emulator delivers to Lambda functions and SQS queues only, not to arn:aws:sns:us-east-1:000000000000:t.",
    ],
    [
      { Input: '{}', InputPath: '$' },
      'Parameter Target one is not valid. Reason: Only one of Input, InputPath, or InputTransformer must be provided.',
    ],
    [{ Input: 'no' }, 'Parameter Target one is not valid. Reason: JSON syntax error in input for target.'],
    [
      { InputPath: 'detail' },
      'Parameter Target one is not valid. Reason: expected a path such as $.detail.id, found detail.',
    ],
  ])('refuses the target %j', async (target, message) => {
    await client.send(new PutRuleCommand({ Name: 'orders', EventPattern: ORDERS }));
    const Targets = [{ Id: 'one', Arn: greet, ...target }];
    await expect(client.send(new PutTargetsCommand({ Rule: 'orders', Targets }))).rejects.toMatchObject({
      name: 'ValidationException',
      message,
    });
  });
});

test('a target that is there twice is refused: it would be invoked twice', async () => {
  await client.send(new PutRuleCommand({ Name: 'orders', EventPattern: ORDERS }));
  const Targets = [
    { Id: 'one', Arn: greet },
    { Id: 'one', Arn: greet },
  ];
  await expect(client.send(new PutTargetsCommand({ Rule: 'orders', Targets }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Parameter Targets is not valid: each Id is there once.',
  });
});

describe('a rule with a schedule', () => {
  async function everyHour(Description?: string): Promise<void> {
    await client.send(
      new PutRuleCommand({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Description }),
    );
    await client.send(new PutTargetsCommand({ Rule: 'hourly', Targets: [{ Id: 'one', Arn: greet }] }));
  }

  test('invokes its targets at its times, the first after one period', async () => {
    await everyHour();
    world.lambda.clock.advance(3_600_000);
    await world.lambda.ended(1);
    expect(world.received()).toEqual([
      {
        version: '0',
        id: world.lambda.calls[0]?.requestId,
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-11-21T11:00:00Z',
        region: 'us-east-1',
        resources: ['arn:aws:events:us-east-1:000000000000:rule/hourly'],
        detail: {},
      },
    ]);
  });

  test('tells what it missed, and makes up for it by its policy', async () => {
    await everyHour('[llx missed=all]');
    await world.restart(2.5 * 3_600_000);
    await world.lambda.ended(2);
    expect(world.notices).toEqual([
      'The rule default/hourly has missed 2 runs, from 2026-11-21T11:00:00.000Z to 2026-11-21T12:00:00.000Z: 2 of them are made up for (policy missed=all).',
    ]);
  });

  test('can be held to one run at a time', async () => {
    world.lambda.deploy('greet', fail);
    await everyHour('[llx overlap=skip]');
    world.lambda.clock.advance(3_600_000);
    await world.lambda.ended(1);
    await world.restart();
    // Its retry is due in a minute, but the emulator's clock stands: it has not ended.
    world.lambda.clock.advance(3_600_000);
    await world.noticed('skips its run of 2026-11-21T12:00:00.000Z');
  });
});

test('buses and rules have tags; a bus with rules stays', async () => {
  await client.send(new CreateEventBusCommand({ Name: 'shop', Description: 'of the shop' }));
  await client.send(
    new PutRuleCommand({
      Name: 'r',
      EventBusName: 'shop',
      EventPattern: ORDERS,
      Tags: [{ Key: 'a', Value: '1' }],
    }),
  );
  const ResourceARN = 'arn:aws:events:us-east-1:000000000000:rule/shop/r';
  await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }));
  await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
  expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
  expect(await client.send(new DescribeEventBusCommand({ Name: 'shop' }))).toMatchObject({
    Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/shop',
    Description: 'of the shop',
  });
  await expect(client.send(new DeleteEventBusCommand({ Name: 'shop' }))).rejects.toMatchObject({
    message: 'Event bus shop cannot be deleted since it has rules.',
  });
  await client.send(new DeleteRuleCommand({ Name: 'r', EventBusName: 'shop' }));
  await client.send(new DeleteEventBusCommand({ Name: 'shop' }));
  const { EventBuses = [] } = await client.send(new ListEventBusesCommand({}));
  expect(EventBuses.map(({ Name }) => Name)).toEqual(['default']);
});

test('a pattern is tried against an event', async () => {
  const fits = async (total: number) => {
    const Event = JSON.stringify({ source: 'shop', detail: { total } });
    const { Result } = await client.send(new TestEventPatternCommand({ EventPattern: ORDERS, Event }));
    return Result;
  };
  expect([await fits(100), await fits(101)]).toEqual([false, true]);
});
