import { CreateScheduleCommand, GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../events/events.test-support.ts';
import { echo, fail, type TestHandler } from '../lambda/invocations/invocations.test-support.ts';
import { succeeded } from '../lambda/lambda.test-support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: EventsWorld;
beforeEach(async () => {
  world = await EventsWorld.open();
});
afterEach(() => world.close());

type Said = {
  readonly expression?: string;
  readonly policy?: string;
  readonly target?: string;
  readonly input?: string | undefined;
  readonly dead?: string;
  readonly retries?: number;
  readonly windowMinutes?: number;
  readonly timesOut?: 'DELETE';
};

async function plan(said: Said = {}, Name = 'nightly'): Promise<void> {
  const { expression = 'cron(0 * * * ? *)', policy, target, dead, windowMinutes } = said;
  const Input = 'input' in said ? said.input : '{"at":"<aws.scheduler.scheduled-time>"}';
  await world.scheduler().send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: expression,
      FlexibleTimeWindow:
        windowMinutes === undefined
          ? { Mode: 'OFF' }
          : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
      ActionAfterCompletion: said.timesOut,
      Description: policy === undefined ? undefined : `[llx ${policy}]`,
      Target: {
        Arn: target ?? 'arn:aws:lambda:us-east-1:000000000000:function:greet',
        RoleArn: ROLE,
        Input,
        ...(dead === undefined ? {} : { DeadLetterConfig: { Arn: dead } }),
        RetryPolicy: { MaximumRetryAttempts: said.retries ?? 185 },
      },
    }),
  );
}

/** When the runs that began were due, as hours and minutes. */
function runs(): readonly string[] {
  return world.received().map((event) => {
    const at = typeof event === 'object' && event !== null && 'at' in event ? String(event.at) : '';
    return at.slice(11, 16);
  });
}

/** A function that runs until it is told to end. */
function holding(): { handler: TestHandler; endAll(): void } {
  const ends: (() => void)[] = [];
  return {
    async handler({ event }) {
      await new Promise<void>((resolve) => ends.push(resolve));
      return succeeded(event);
    },
    endAll() {
      for (const end of ends.splice(0)) end();
    },
  };
}

/** So many invocations have begun. */
async function begun(count: number): Promise<void> {
  await world.lambda.until(() => world.lambda.calls.length >= count);
}

describe('a run', () => {
  test('begins at its time, each time', async () => {
    world.lambda.deploy('greet', echo);
    await plan();
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(2);
    expect(runs()).toEqual(['11:00', '12:00']);
  });

  test('of a rate begins at once', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ expression: 'rate(30 minutes)' });
    await world.lambda.ended(1);
    world.lambda.clock.advance(30 * MINUTE);
    await world.lambda.ended(2);
    expect(runs()).toEqual(['10:00', '10:30']);
  });

  test('of a rate begins at once, too, where making the schedule takes its time', async () => {
    world.lambda.deploy('greet', echo);
    const { clock } = world.lambda;
    const now = clock.now.bind(clock);
    let passed = 0;
    clock.now = () => now() + ++passed;
    await plan({ expression: 'rate(1 hour)' });
    await world.lambda.ended(1);
    expect(runs()).toEqual(['10:00']);
  });

  test('has the event of a schedule where nobody wrote one, and what the input asks for', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ input: undefined });
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    const arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly';
    expect(world.received()).toEqual([
      {
        version: '0',
        id: world.lambda.calls[0]?.requestId,
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: '000000000000',
        time: '2026-11-21T11:00:00Z',
        region: 'us-east-1',
        resources: [arn],
        detail: '{}',
      },
    ]);
    await plan(
      {
        expression: 'at(2026-11-21T11:30:00)',
        input:
          '["<aws.scheduler.schedule-arn>","<aws.scheduler.execution-id>","<aws.scheduler.attempt-number>","<else>"]',
      },
      'once',
    );
    world.lambda.clock.advance(30 * MINUTE);
    await world.lambda.ended(2);
    expect(world.received()[1]).toEqual([
      'arn:aws:scheduler:us-east-1:000000000000:schedule/default/once',
      world.lambda.calls[1]?.requestId,
      '1',
      '<else>',
    ]);
  });

  test('goes to a queue', async () => {
    const queueArn = world.queueArn('jobs');
    await plan({ target: queueArn, input: 'plain text' });
    world.lambda.clock.advance(HOUR);
    await world.lambda.queues.received(1);
    expect(world.lambda.queues.sent).toEqual([{ queueArn, message: { body: 'plain text' } }]);
  });

  test('begins within its window, by chance', async () => {
    world.lambda.deploy('greet', echo);
    world.random = 0.5;
    await plan({ windowMinutes: 10 });
    world.lambda.clock.advance(HOUR + 5 * MINUTE - 1);
    expect(world.lambda.calls).toEqual([]);
    world.lambda.clock.advance(1);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['11:00']);
  });

  test('of a schedule that is switched off does not begin, nor later', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ policy: 'missed=all' });
    const client = world.scheduler();
    const found = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
    const change = async (State: 'ENABLED' | 'DISABLED') => {
      const { Name, ScheduleExpression, FlexibleTimeWindow, Target } = found;
      await client.send(
        new UpdateScheduleCommand({ Name, ScheduleExpression, FlexibleTimeWindow, Target, State }),
      );
    };
    await change('DISABLED');
    world.lambda.clock.advance(HOUR);
    await change('ENABLED');
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['12:00']);
  });

  test('the last one takes the schedule with it, where that is asked for', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ expression: 'at(2026-11-21T10:30:00)', timesOut: 'DELETE' }, 'once');
    await plan({ expression: 'at(2026-11-21T10:30:00)' }, 'stays');
    world.lambda.clock.advance(30 * MINUTE);
    await world.lambda.ended(2);
    const client = world.scheduler();
    await expect(client.send(new GetScheduleCommand({ Name: 'once' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await client.send(new GetScheduleCommand({ Name: 'stays' }))).toMatchObject({ State: 'ENABLED' });
  });
});

describe('a run that its target does not take', () => {
  test('is tried again until it does', async () => {
    await plan();
    world.lambda.clock.advance(HOUR);
    await world.settled();
    world.lambda.deploy('greet', echo);
    world.lambda.clock.advance(1_000);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['11:00']);
  });

  test('goes to the dead-letter queue after its last try, with what was wrong', async () => {
    const dead = world.queueArn('dead');
    await plan({ dead, retries: 1 });
    world.lambda.clock.advance(HOUR);
    await world.settled();
    world.lambda.clock.advance(1_000);
    await world.lambda.queues.received(1);
    const [{ queueArn, message } = {}] = world.lambda.queues.sent;
    const texts = Object.entries(message?.attributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect({ queueArn, body: message?.body, ...Object.fromEntries(texts) }).toEqual({
      queueArn: dead,
      body: '{"at":"2026-11-21T11:00:00Z"}',
      ERROR_CODE: 'ResourceNotFoundException',
      ERROR_MESSAGE:
        'ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:greet:$LATEST',
      EXECUTION_ID: expect.any(String),
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: '1',
      SCHEDULED_TIME: '2026-11-21T11:00:00Z',
      SCHEDULE_ARN: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly',
      TARGET_ARN: 'arn:aws:lambda:us-east-1:000000000000:function:greet',
    });
  });

  test('is told where there is no dead-letter queue', async () => {
    await plan({ retries: 0 });
    world.lambda.clock.advance(HOUR);
    await world.noticed('could not run');
    expect(world.notices).toEqual([
      'The schedule default/nightly could not run at 2026-11-21T11:00:00.000Z: ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:greet:$LATEST',
    ]);
  });
});

describe('runs that overlap', () => {
  test('run at once, as on AWS, where nothing else is said', async () => {
    const { handler, endAll } = holding();
    world.lambda.deploy('greet', handler);
    await plan();
    world.lambda.clock.advance(HOUR);
    await begun(1);
    world.lambda.clock.advance(HOUR);
    await begun(2);
    endAll();
    await world.lambda.ended(2);
    expect(world.notices).toEqual([]);
  });

  test('skip: are left out while an earlier one runs, and that is told once, then counted', async () => {
    const { handler, endAll } = holding();
    world.lambda.deploy('greet', handler);
    await plan({ policy: 'overlap=skip' });
    for (let hour = 0; hour < 3; hour += 1) {
      world.lambda.clock.advance(HOUR);
      await begun(1);
    }
    endAll();
    await world.lambda.ended(1);
    await world.settled();
    world.lambda.clock.advance(HOUR);
    await begun(2);
    endAll();
    await world.lambda.ended(2);
    expect(runs()).toEqual(['11:00', '14:00']);
    expect(world.notices).toEqual([
      'The schedule default/nightly skips its run of 2026-11-21T12:00:00.000Z: an earlier one has not ended (overlap policy skip).',
      'The schedule default/nightly has skipped 2 runs while an earlier one ran.',
    ]);
  });

  test('queue: wait for their turn', async () => {
    const { handler, endAll } = holding();
    world.lambda.deploy('greet', handler);
    await plan({ policy: 'overlap=queue' });
    for (let hour = 0; hour < 3; hour += 1) {
      world.lambda.clock.advance(HOUR);
      await begun(1);
    }
    expect(runs()).toEqual(['11:00']);
    for (let ended = 1; ended <= 3; ended += 1) {
      await begun(ended);
      endAll();
      await world.lambda.ended(ended);
    }
    expect(runs()).toEqual(['11:00', '12:00', '13:00']);
  });

  test('a run has ended when its function’s retries have', async () => {
    world.lambda.deploy('greet', fail);
    await plan({ policy: 'overlap=skip' });
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    // The first retry is due in a minute, the second two minutes later.
    world.lambda.clock.advance(MINUTE);
    await world.lambda.ended(2);
    world.lambda.clock.advance(2 * MINUTE);
    await world.lambda.ended(3);
    await world.settled();
    world.lambda.clock.advance(57 * MINUTE);
    await world.lambda.ended(4);
    expect(runs()).toEqual(['11:00', '11:00', '11:00', '12:00']);
    expect(world.notices).toEqual([]);
  });

  test('one that runs on after a restart still keeps others away', async () => {
    world.lambda.deploy('greet', fail);
    await plan({ policy: 'overlap=skip' });
    world.lambda.clock.advance(HOUR);
    await world.lambda.ended(1);
    await world.settled();
    await world.restart();
    // Its first retry is due in a minute: it has not ended.
    await plan({ expression: 'at(2026-11-21T11:00:30)' }, 'other');
    world.lambda.clock.advance(HOUR);
    await world.noticed('skips its run of 2026-11-21T12:00:00.000Z');
  });

  test('one whose function was deleted keeps nobody away', async () => {
    const { handler, endAll } = holding();
    world.lambda.deploy('greet', handler);
    await plan({ policy: 'overlap=skip' });
    world.lambda.clock.advance(HOUR);
    await begun(1);
    world.functionDeleted('greet');
    world.lambda.clock.advance(HOUR);
    await begun(2);
    endAll();
    await world.lambda.ended(2);
    expect(runs()).toEqual(['11:00', '12:00']);
  });
});

describe('runs that were missed while the emulator did not run', () => {
  test('are told; the last of them is made up for', async () => {
    world.lambda.deploy('greet', echo);
    await plan();
    await world.restart(3 * HOUR + 5 * MINUTE);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['13:00']);
    expect(world.notices).toEqual([
      'The schedule default/nightly has missed 3 runs, from 2026-11-21T11:00:00.000Z to 2026-11-21T13:00:00.000Z: 1 of them is made up for (policy missed=once).',
    ]);
  });

  test('all: each is made up for', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ policy: 'missed=all' });
    await world.restart(3 * HOUR + 5 * MINUTE);
    await world.lambda.ended(3);
    expect(runs()).toEqual(['11:00', '12:00', '13:00']);
  });

  test('skip: none is made up for, and the next one comes at its time', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ policy: 'missed=skip' });
    await world.restart(HOUR + 5 * MINUTE);
    await world.noticed('missed');
    expect(world.notices).toEqual([
      'The schedule default/nightly has missed its run of 2026-11-21T11:00:00.000Z: it is not made up for (policy missed=skip).',
    ]);
    world.lambda.clock.advance(55 * MINUTE);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['12:00']);
  });

  test('a single time is made up for, too, if it is not a day old', async () => {
    world.lambda.deploy('greet', echo);
    await plan({ expression: 'at(2026-11-21T10:30:00)' });
    await plan({ expression: 'at(2026-11-22T10:00:00)' }, 'later');
    await world.restart(25 * HOUR);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['10:00']);
    expect(world.notices[0]).toBe(
      'The schedule default/nightly has missed runs since 2026-11-21T10:30:00.000Z; all of them are too old now.',
    );
  });

  test('what was due when it ended is delivered by the next one', async () => {
    await plan();
    world.lambda.clock.advance(HOUR);
    await world.settled();
    world.lambda.deploy('greet', echo);
    await world.restart(2_000);
    await world.lambda.ended(1);
    expect(runs()).toEqual(['11:00']);
  });
});

test('a full disk delays runs, is told once, and loses none', async () => {
  world.lambda.deploy('greet', echo);
  await plan();
  const { database } = world.lambda.state;
  database.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON timetable_runs BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  world.lambda.clock.advance(HOUR);
  world.lambda.clock.advance(20_000);
  expect(world.notices).toEqual([
    'Schedules wait for the emulator’s state, which refuses what is written to it: full',
  ]);
  database.exec('DROP TRIGGER full');
  database.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON lambda_async_events BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  world.lambda.clock.advance(5_000);
  await world.settled();
  database.exec('DROP TRIGGER full');
  world.lambda.clock.advance(5_000);
  await world.lambda.ended(1);
  expect(runs()).toEqual(['11:00']);
  expect(world.notices).toHaveLength(2);
});

test('all schedules of one minute run in it', async () => {
  world.lambda.deploy('greet', echo);
  const names = Array.from({ length: 40 }, (_, n) => `n${n}`);
  await Promise.all(
    names.map((name) => plan({ expression: 'at(2026-11-21T10:01:00)', input: JSON.stringify(name) }, name)),
  );
  world.lambda.clock.advance(MINUTE);
  await world.lambda.ended(names.length);
  expect([...world.received()].sort()).toEqual([...names].sort());
});
