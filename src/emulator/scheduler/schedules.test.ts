import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  type CreateScheduleInput,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  type ListSchedulesInput,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../events/events.test-support.ts';
import { echo } from '../lambda/invocations/invocations.test-support.ts';

let world: EventsWorld;
let greet: string;
beforeEach(async () => {
  world = await EventsWorld.open();
  greet = world.lambda.deploy('greet', echo);
});
afterEach(() => world.close());

const HOURLY = 'cron(0 * * * ? *)';

function schedule(changes: Partial<CreateScheduleInput> = {}): CreateScheduleInput {
  return {
    Name: 'nightly',
    ScheduleExpression: HOURLY,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: greet, RoleArn: ROLE, Input: '{"n":1}' },
    ...changes,
  };
}

describe('a schedule', () => {
  test('is what it was made, with AWS’s defaults', async () => {
    const client = world.scheduler();
    const { ScheduleArn } = await client.send(new CreateScheduleCommand(schedule()));
    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly');
    const { $metadata: _, ...found } = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
    const now = new Date(world.lambda.clock.now());
    expect(found).toEqual({
      Arn: ScheduleArn,
      GroupName: 'default',
      Name: 'nightly',
      State: 'ENABLED',
      CreationDate: now,
      LastModificationDate: now,
      ScheduleExpression: HOURLY,
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'NONE',
      Target: {
        Arn: greet,
        RoleArn: ROLE,
        Input: '{"n":1}',
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    });
  });

  test('keeps all that may be said of it, over a restart', async () => {
    const written: CreateScheduleInput = schedule({
      GroupName: 'reports',
      StartDate: new Date('2026-12-01T00:00:00Z'),
      EndDate: new Date('2027-12-01T00:00:00Z'),
      Description: 'Nightly [llx overlap=skip]',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: world.queueArn('jobs.fifo'),
        RoleArn: ROLE,
        SqsParameters: { MessageGroupId: 'one' },
        DeadLetterConfig: { Arn: world.queueArn('dead') },
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      },
    });
    const before = world.scheduler();
    await before.send(new CreateScheduleGroupCommand({ Name: 'reports' }));
    await before.send(new CreateScheduleCommand(written));
    await world.restart();
    const found = await world
      .scheduler()
      .send(new GetScheduleCommand({ Name: 'nightly', GroupName: 'reports' }));
    expect(found).toMatchObject(written);
  });

  test('is updated as a whole: what is left out has its default', async () => {
    const client = world.scheduler();
    await client.send(new CreateScheduleCommand(schedule({ Description: 'old', State: 'DISABLED' })));
    world.lambda.clock.advance(1000);
    await client.send(new UpdateScheduleCommand(schedule({ ScheduleExpression: 'rate(5 minutes)' })));
    const found = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
    expect(found).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    expect(found.Description).toBeUndefined();
    expect(found.LastModificationDate?.getTime()).toBe((found.CreationDate?.getTime() ?? 0) + 1000);
  });

  test('has a time zone that there is, also where its expression does not look at it', async () => {
    const nowhere = schedule({ ScheduleExpression: 'rate(1 day)', ScheduleExpressionTimezone: 'Mars/X' });
    await expect(world.scheduler().send(new CreateScheduleCommand(nowhere))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('expected a time zone such as Europe/Berlin, found Mars/X'),
    });
  });

  test('is gone when it is deleted, and does not run', async () => {
    const client = world.scheduler();
    await client.send(new CreateScheduleCommand(schedule()));
    await client.send(new DeleteScheduleCommand({ Name: 'nightly' }));
    await expect(client.send(new GetScheduleCommand({ Name: 'nightly' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Schedule nightly does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
    world.lambda.clock.advance(2 * 3_600_000);
    await world.restart();
    expect(world.received()).toEqual([]);
  });

  test('is listed by group, state and beginning of its name, page by page', async () => {
    const client = world.scheduler();
    await client.send(new CreateScheduleGroupCommand({ Name: 'reports' }));
    for (const Name of ['c', 'a', 'b']) await client.send(new CreateScheduleCommand(schedule({ Name })));
    await client.send(
      new CreateScheduleCommand(schedule({ Name: 'a', GroupName: 'reports', State: 'DISABLED' })),
    );
    const names = async (input: ListSchedulesInput) => {
      const { Schedules = [], NextToken } = await client.send(new ListSchedulesCommand(input));
      return { names: Schedules.map(({ GroupName, Name }) => `${GroupName}/${Name}`), NextToken };
    };
    const first = await names({ MaxResults: 2 });
    expect(first.names).toEqual(['default/a', 'default/b']);
    expect(await names({ MaxResults: 2, NextToken: first.NextToken })).toEqual({
      names: ['default/c', 'reports/a'],
    });
    expect((await names({ GroupName: 'reports' })).names).toEqual(['reports/a']);
    expect((await names({ State: 'ENABLED', NamePrefix: 'a' })).names).toEqual(['default/a']);
    const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: 'reports' }));
    expect(Schedules).toMatchObject([{ State: 'DISABLED', Target: { Arn: greet } }]);
    await expect(names({ NextToken: 'mine' })).rejects.toThrow('Invalid NextToken.');
  });

  test('that is there already is a conflict; one that is not cannot be updated', async () => {
    const client = world.scheduler();
    await client.send(new CreateScheduleCommand(schedule()));
    await expect(client.send(new CreateScheduleCommand(schedule()))).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'Schedule nightly already exists.',
    });
    await expect(client.send(new UpdateScheduleCommand(schedule({ Name: 'other' })))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(
      client.send(new CreateScheduleCommand(schedule({ GroupName: 'none' }))),
    ).rejects.toMatchObject({ message: 'Schedule group none does not exist.' });
  });

  test.each([
    [
      { ScheduleExpression: 'cron(0 12 * * *)' },
      'Invalid Schedule Expression cron(0 12 * * *): expected six fields (minutes hours day-of-month month day-of-week year) in cron(0 12 * * *), found 5.',
    ],
    [
      { ScheduleExpressionTimezone: 'Mars' },
      `Invalid Schedule Expression ${HOURLY}: expected a time zone such as Europe/Berlin, found Mars.`,
    ],
    [
      { Description: '[llx overlap=maybe]' },
      `Invalid Schedule Expression ${HOURLY}: expected overlap=parallel|skip|queue or missed=once|skip|all in [llx …], found overlap=maybe.`,
    ],
    [
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      'MaximumWindowInMinutes must be set when FlexibleTimeWindow Mode is FLEXIBLE.',
    ],
    [
      { StartDate: new Date('2027-01-01'), EndDate: new Date('2027-01-01') },
      'The EndDate you specify must come after the StartDate.',
    ],
    [
      { StartDate: new Date('2026-11-21T09:54:59Z') },
      'The StartDate you specify cannot be earlier than 5 minutes ago.',
    ],
    [
      { Target: { Arn: 'arn:aws:sns:us-east-1:000000000000:t', RoleArn: ROLE } },
      "Provided Arn is not in correct format. llx's emulator delivers to Lambda functions and SQS queues only, not to arn:aws:sns:us-east-1:000000000000:t",
    ],
    [
      { Target: { Arn: 'arn:aws:lambda:us-east-1:000000000000:function:greet', RoleArn: ROLE, Input: 'no' } },
      'Input must be a well-formed JSON for a Lambda target.',
    ],
    [
      { Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:jobs.fifo', RoleArn: ROLE } },
      'MessageGroupId must be set for FIFO queues, and only for them.',
    ],
    [
      { Name: 'no/name' },
      "1 validation error detected: Value 'no/name' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+",
    ],
  ] satisfies readonly [Partial<CreateScheduleInput>, string][])('refuses %j', async (changes, message) => {
    await expect(world.scheduler().send(new CreateScheduleCommand(schedule(changes)))).rejects.toMatchObject({
      name: 'ValidationException',
      message,
    });
  });
});

test('groups have tags, and take their schedules with them; the default one stays', async () => {
  const client = world.scheduler();
  const { ScheduleGroupArn: ResourceArn } = await client.send(
    new CreateScheduleGroupCommand({ Name: 'reports', Tags: [{ Key: 'team', Value: 'a' }] }),
  );
  await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'stage', Value: 'dev' }] }));
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn }));
  expect(Tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
  await client.send(new CreateScheduleCommand(schedule({ GroupName: 'reports' })));
  await world.restart();
  const after = world.scheduler();
  expect(await after.send(new GetScheduleGroupCommand({ Name: 'reports' }))).toMatchObject({
    Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/reports',
    State: 'ACTIVE',
  });
  await after.send(new DeleteScheduleGroupCommand({ Name: 'reports' }));
  const { ScheduleGroups = [] } = await after.send(new ListScheduleGroupsCommand({}));
  expect(ScheduleGroups.map(({ Name }) => Name)).toEqual(['default']);
  const { Schedules } = await after.send(new ListSchedulesCommand({}));
  expect(Schedules).toEqual([]);
  await expect(after.send(new DeleteScheduleGroupCommand({ Name: 'default' }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The default schedule group cannot be deleted.',
  });
});
