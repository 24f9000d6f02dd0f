import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  GetScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../events/events.test-support.ts';
import { echo, fail } from '../lambda/invocations/invocations.test-support.ts';

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

function runs(): readonly string[] {
  return world.received().map((event) => /T(\d\d:\d\d)/.exec(JSON.stringify(event))?.[1] ?? '');
}

test('a rate goes on where the clock was put back to before it was made', async () => {
  world.lambda.deploy('greet', echo);
  const rate = { ScheduleExpression: 'rate(30 minutes)' };
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel', rate)));
  await world.lambda.ended(1);
  const { clock } = world.lambda;
  const now = clock.now.bind(clock);
  clock.now = () => now() - 5 * HOUR;
  // So often the time is looked at.
  clock.advance(60_000);
  await world.noticed('The clock was put back by');
  clock.advance(HOUR / 2);
  await world.lambda.ended(2);
  expect(runs()).toEqual(['10:00', '05:30']);
});

test('a completed schedule that a kill has left is gone after the next start', async () => {
  world.lambda.deploy('greet', echo);
  const once = {
    ScheduleExpression: 'at(2026-11-21T10:30:00)',
    ActionAfterCompletion: 'DELETE',
  } as const;
  await world.scheduler().send(new CreateScheduleCommand(hourly('parallel', once)));
  const { database } = world.lambda.state;
  // As if it had been killed after the end of its last run was written.
  database.exec(`UPDATE timetable SET handled_until = ${world.lambda.clock.now() + HOUR}`);
  await world.restart(HOUR);
  await expect(world.scheduler().send(new GetScheduleCommand({ Name: 'nightly' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test.each(['parallel', 'skip'])(
  'a run that was handed over before a kill is not delivered again: %s',
  async (overlap) => {
    world.lambda.deploy('greet', fail);
    await world.scheduler().send(new CreateScheduleCommand(hourly(overlap)));
    const { database } = world.lambda.state;
    // As if it had been killed between the two writes.
    database.exec(`CREATE TEMP TRIGGER kept BEFORE ${overlap === 'skip' ? 'UPDATE' : 'DELETE'} ON timetable_runs
    BEGIN SELECT RAISE(IGNORE); END`);
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    await world.settled();
    database.exec('DROP TRIGGER kept');
    await world.restart();
    await world.settled();
    expect(runs()).toEqual(['11:00']);
    expect(world.lambda.calls).toHaveLength(1);
  },
);
