import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../events/events.test-support.ts';
import { echo } from '../lambda/invocations/invocations.test-support.ts';
import { succeeded } from '../lambda/lambda.test-support.ts';

const HOUR = 3_600_000;
const GREET = 'arn:aws:lambda:us-east-1:000000000000:function:greet';

let world: EventsWorld;
beforeEach(async () => {
  world = await EventsWorld.open();
});
afterEach(() => world.close());

function hourly(overlap: string, changes: Partial<CreateScheduleCommandInput> = {}) {
  return {
    Name: 'nightly',
    ScheduleExpression: 'cron(0 * * * ? *)',
    Description: `[llx overlap=${overlap}]`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: GREET, RoleArn: ROLE, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
    ...changes,
  } satisfies CreateScheduleCommandInput;
}

/** A function that runs until it is told to end. */
function deployHolding(): () => void {
  const ends: (() => void)[] = [];
  world.lambda.deploy('greet', async ({ event }) => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return succeeded(event);
  });
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

async function begun(count: number): Promise<void> {
  await world.lambda.until(() => world.lambda.calls.length >= count);
}

function runs(): readonly string[] {
  return world.received().map((event) => /T(\d\d:\d\d)/.exec(JSON.stringify(event))?.[1] ?? '');
}

test('what runs while its schedule is changed, paused and resumed still keeps others away', async () => {
  const endAll = deployHolding();
  await world.scheduler().send(new CreateScheduleCommand(hourly('skip')));
  world.lambda.clock.advance(HOUR);
  await begun(1);
  await world.settled();
  await world.scheduler().send(new UpdateScheduleCommand(hourly('skip', { State: 'DISABLED' })));
  await world.scheduler().send(new UpdateScheduleCommand(hourly('skip')));
  world.lambda.clock.advance(HOUR);
  await world.noticed('skips its run of 2026-11-21T12:00:00.000Z');
  endAll();
  await world.lambda.ended(1);
  await world.settled();
  world.lambda.clock.advance(HOUR);
  await begun(2);
  endAll();
  await world.lambda.ended(2);
  expect(runs()).toEqual(['11:00', '13:00']);
});

test.each([
  ['changed', () => world.scheduler().send(new UpdateScheduleCommand(hourly('queue')))],
  ['deleted', () => world.scheduler().send(new DeleteScheduleCommand({ Name: 'nightly' }))],
])('what waits while its schedule is %s is left out, and told', async (_how, change) => {
  const endAll = deployHolding();
  await world.scheduler().send(new CreateScheduleCommand(hourly('queue')));
  for (let hour = 0; hour < 3; hour += 1) {
    world.lambda.clock.advance(HOUR);
    await begun(1);
    await world.settled();
  }
  await change();
  expect(world.notices).toEqual([
    'The schedule default/nightly was changed, switched off or deleted: 2 runs that waited are left out.',
  ]);
  endAll();
  await world.lambda.ended(1);
  await world.settled();
  expect(runs()).toEqual(['11:00']);
});

test('a rule whose function was not there for one of its times runs at the next, of whichever policy', async () => {
  const client = world.client(EventBridgeClient);
  await client.send(
    new PutRuleCommand({
      Name: 'hourly',
      ScheduleExpression: 'cron(0 * * * ? *)',
      Description: '[llx overlap=skip]',
    }),
  );
  await client.send(new PutTargetsCommand({ Rule: 'hourly', Targets: [{ Id: 'one', Arn: GREET }] }));
  world.lambda.clock.advance(HOUR);
  await world.noticed('did not reach');
  await world.settled();
  world.lambda.deploy('greet', echo);
  world.lambda.clock.advance(HOUR);
  await world.lambda.ended(1);
  expect(runs()).toEqual(['12:00']);
});

test('a tag on a rule takes nothing from what waits', async () => {
  const client = world.client(EventBridgeClient);
  const endAll = deployHolding();
  await client.send(
    new PutRuleCommand({
      Name: 'hourly',
      ScheduleExpression: 'cron(0 * * * ? *)',
      Description: '[llx overlap=queue]',
    }),
  );
  await client.send(new PutTargetsCommand({ Rule: 'hourly', Targets: [{ Id: 'one', Arn: GREET }] }));
  for (let hour = 0; hour < 2; hour += 1) {
    world.lambda.clock.advance(HOUR);
    await begun(1);
    await world.settled();
  }
  const ResourceARN = 'arn:aws:events:us-east-1:000000000000:rule/hourly';
  await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'a', Value: '1' }] }));
  endAll();
  await begun(2);
  endAll();
  await world.lambda.ended(2);
  expect(runs()).toEqual(['11:00', '12:00']);
});

test('one whose times have all passed is told to run never', async () => {
  const past = { ScheduleExpression: 'at(2026-11-21T09:00:00)' };
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel', past)));
  expect(world.notices).toEqual([
    'The schedule default/nightly never runs: no time of at(2026-11-21T09:00:00) is yet to come.',
  ]);
});

test('a clock that is put back holds nothing up, and that is told', async () => {
  world.lambda.deploy('greet', echo);
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel')));
  const { clock } = world.lambda;
  clock.advance(3 * HOUR);
  await world.lambda.ended(3);
  const now = clock.now.bind(clock);
  clock.now = () => now() - 2.5 * HOUR;
  // So often the time is looked at.
  clock.advance(60_000);
  expect(world.notices).toEqual([
    'The clock was put back by 149 minutes: schedules go on from its present time.',
  ]);
  clock.advance(HOUR);
  await world.lambda.ended(4);
  expect(runs().at(-1)).toBe('11:00');
});

test('a state that refuses to let a completed schedule go makes no other run twice', async () => {
  world.lambda.deploy('greet', echo);
  const once = {
    Name: 'a',
    ScheduleExpression: 'at(2026-11-21T10:30:00)',
    ActionAfterCompletion: 'DELETE',
    Description: '[llx missed=skip]',
  } as const;
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel', once)));
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel')));
  const { database } = world.lambda.state;
  database.exec("CREATE TEMP TRIGGER full BEFORE DELETE ON schedules BEGIN SELECT RAISE(ABORT, 'full'); END");
  await world.restart(1.5 * HOUR);
  await world.lambda.ended(1);
  // The state is tried again.
  world.lambda.clock.advance(5_000);
  await world.settled();
  expect(runs()).toEqual(['11:00']);
});

test('a rate whose start was now when it was sent runs at once, and from then on; not at each change', async () => {
  world.lambda.deploy('greet', echo);
  const { clock } = world.lambda;
  const now = clock.now();
  const StartDate = new Date(now - 61_234);
  const rate = hourly('parallel', { ScheduleExpression: 'rate(1 hour)', StartDate });
  const minutes = (at: number) => new Date(at).toISOString().slice(11, 16);
  await world.scheduler().send(new CreateScheduleCommand(rate));
  await begun(1);
  // As a pause and a resumption send what they have read.
  await world.scheduler().send(new UpdateScheduleCommand({ ...rate, State: 'DISABLED' }));
  await world.scheduler().send(new UpdateScheduleCommand(rate));
  clock.advance(HOUR);
  await begun(2);
  expect(runs()).toEqual([minutes(now), minutes(now + HOUR)]);
  // Another start is another beginning.
  const again = clock.now() + HOUR / 2;
  clock.advance(HOUR / 2);
  await world.scheduler().send(new UpdateScheduleCommand({ ...rate, StartDate: new Date(again - 10) }));
  await begun(3);
  expect(runs().at(-1)).toBe(minutes(again));
});
