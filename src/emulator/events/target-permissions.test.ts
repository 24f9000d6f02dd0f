import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicRuleCommand, IoTClient, ReplaceTopicRuleCommand } from '@aws-sdk/client-iot';
import { LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import {
  CreateScheduleCommand,
  type CreateScheduleInput,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsCredentials } from '../../signature/credentials.ts';
import type { PolicyDocument } from '../identity/policy-document.ts';
import { echo, SCOPE } from '../lambda/invocations/invocations.test-support.ts';
import { EventsWorld, ROLE } from './events.test-support.ts';

const MINE = 'arn:aws:lambda:us-east-1:000000000000:function:mine';
const OTHERS = 'arn:aws:lambda:us-east-1:000000000000:function:others';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:jobs';
const KEY: AwsCredentials = { accessKeyId: 'AKIALLXSETTER', secretAccessKey: 'secret' };
const SETTING = ['scheduler:*', 'events:*', 'iot:*TopicRule', 'lambda:PutFunctionEventInvokeConfig'];

/** Sets whatever has targets, and may invoke nothing but `mine`. */
const policies: readonly PolicyDocument[] = [
  {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: SETTING, Resource: '*' },
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: MINE },
    ],
  },
];

let world: EventsWorld;
beforeEach(async () => {
  const accessKeys = [{ id: KEY.accessKeyId, secret: KEY.secretAccessKey }];
  world = await EventsWorld.open({ users: { setter: { accessKeys, policies } } });
  for (const name of ['mine', 'others', 'orders']) world.lambda.deploy(name, echo);
  world.queueArn('jobs');
});
afterEach(() => world.close());

const REFUSED = [OTHERS, QUEUE, OTHERS.replace('000000000000', '111111111111')];

/** The name of the error; undefined where it is allowed. */
async function refusal(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

test('a schedule reaches only what its maker may reach', async () => {
  const client = world.client(SchedulerClient, KEY);
  const schedule = (Arn: string, DeadLetterArn?: string): CreateScheduleInput => ({
    Name: 'nightly',
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn,
      RoleArn: ROLE,
      ...(DeadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: DeadLetterArn } }),
    },
  });
  const create = (input: CreateScheduleInput) => refusal(client.send(new CreateScheduleCommand(input)));
  for (const arn of REFUSED) expect(await create(schedule(arn))).toBe('AccessDeniedException');
  expect(await create(schedule(MINE, QUEUE))).toBe('AccessDeniedException');
  expect(await create(schedule(MINE))).toBeUndefined();
  expect(await refusal(client.send(new UpdateScheduleCommand(schedule(OTHERS))))).toBe(
    'AccessDeniedException',
  );
});

test('a rule reaches only what the maker of its targets may reach', async () => {
  const client = world.client(EventBridgeClient, KEY);
  await client.send(new PutRuleCommand({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)' }));
  const put = (...arns: readonly string[]) =>
    refusal(
      client.send(
        new PutTargetsCommand({ Rule: 'hourly', Targets: arns.map((Arn, n) => ({ Id: `t${n}`, Arn })) }),
      ),
    );
  for (const arn of REFUSED) expect(await put(MINE, arn)).toBe('AccessDeniedException');
  expect(await put(MINE)).toBeUndefined();
});

test('an IoT rule reaches, and publishes, only what its maker may', async () => {
  const client = world.client(IoTClient, KEY);
  const payload = (action: object) => ({ sql: "SELECT * FROM 'a'", actions: [action] });
  const create = (action: object) =>
    refusal(client.send(new CreateTopicRuleCommand({ ruleName: 'one', topicRulePayload: payload(action) })));
  const denied = [
    { lambda: { functionArn: OTHERS } },
    { sqs: { queueUrl: 'http://127.0.0.1:4566/000000000000/jobs', roleArn: ROLE } },
    { republish: { topic: 'doors/open', roleArn: ROLE } },
  ];
  for (const action of denied) expect(await create(action)).toBe('AccessDeniedException');
  expect(await create({ lambda: { functionArn: MINE } })).toBeUndefined();
  const replace = { ruleName: 'one', topicRulePayload: payload({ lambda: { functionArn: OTHERS } }) };
  expect(await refusal(client.send(new ReplaceTopicRuleCommand(replace)))).toBe('AccessDeniedException');
});

test('a destination is one that its maker may reach', async () => {
  const { endpoint } = world.lambda;
  const settings = { endpoint, region: SCOPE.region, credentials: KEY, maxAttempts: 1 };
  const client = new LambdaClient(settings);
  const put = (Destination: string) =>
    refusal(
      client.send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName: 'orders',
          DestinationConfig: { OnSuccess: { Destination } },
        }),
      ),
    );
  try {
    for (const arn of [OTHERS, QUEUE]) expect(await put(arn)).toBe('AccessDeniedException');
    expect(await put(MINE)).toBeUndefined();
  } finally {
    client.destroy();
  }
});
