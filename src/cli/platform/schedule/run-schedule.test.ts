import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts';
import { LlxError } from '../../../errors/llx-error.ts';
import type { InvocationResult, Runtime } from '../../../runtime/invocation.ts';
import { runSchedule } from './run-schedule.ts';
import { runScheduleChange } from './run-schedule-change.ts';
import { runScheduleList } from './run-schedule-list.ts';

const events: unknown[] = [];
const waiting = new Set<() => void>();

const RUNTIME = {
  async invoke(_spec: unknown, { event }: { readonly event: Uint8Array }): Promise<InvocationResult> {
    events.push(JSON.parse(Buffer.from(event).toString()));
    for (const look of waiting) look();
    return { status: 'succeeded', payload: event, streamed: false, durationMs: 1, coldStart: false };
  },
  close: () => Promise.resolve(),
} as Runtime;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    host: '127.0.0.1',
    port: 0,
    mqttPort: 0,
    region: 'us-east-1',
    account: '000000000000',
    functions: [
      {
        name: 'greet',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:greet',
        root: '/',
        code: 'package',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3000,
        memoryMb: 128,
        environment: {},
      },
    ],
    runtime: RUNTIME,
    stubFile: '',
    stubHostFile: '',
    stubs: 'none',
    onNotice: () => undefined,
    onDrop: () => undefined,
  });
});
afterAll(() => emulator.close());
beforeEach(() => void events.splice(0));

/** What a command prints, as one text. */
async function printed(
  command: (
    flags: { readonly endpoint: string },
    surroundings: {
      stdout: { write(text: string): void };
      stderr: { write(text: string): void };
      env: NodeJS.ProcessEnv;
    },
  ) => Promise<number>,
): Promise<string> {
  const texts: string[] = [];
  const stream = { write: (text: string) => void texts.push(text) };
  await command({ endpoint: emulator.endpoint }, { stdout: stream, stderr: stream, env: {} });
  return texts.join('');
}

async function received(count: number): Promise<readonly unknown[]> {
  while (events.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
  return events;
}

const list = () =>
  printed((flags, surroundings) => runScheduleList(undefined, { ...flags, json: true }, surroundings));

describe('llx schedule', () => {
  test('makes a schedule, lists it, changes it, and deletes it', async () => {
    const nightly = {
      cron: '30 3 * * *',
      timezone: 'Europe/Berlin',
      overlap: 'skip',
      description: 'Report',
    } as const;
    const made = await printed((flags, surroundings) =>
      runSchedule('greet', { ...flags, ...nightly }, surroundings),
    );
    expect(made.replace(/next run .*\n/, '')).toBe(
      `Made at ${emulator.endpoint}: schedule greet runs greet at cron(30 3 * * ? *) (Europe/Berlin); `,
    );
    const row = {
      type: 'schedule',
      name: 'greet',
      group: 'default',
      target: 'greet',
      expression: 'cron(30 3 * * ? *)',
      timeZone: 'Europe/Berlin',
      state: 'enabled',
      next: expect.stringMatching(/T0[12]:30:00\.000Z$/),
      overlap: 'skip',
      missed: 'once',
      description: 'Report',
    };
    expect(JSON.parse(await list())).toEqual(row);
    const changed = await printed((flags, surroundings) =>
      runSchedule('greet', { ...flags, at: '2199-01-01T00:00', missed: 'all' }, surroundings),
    );
    expect(changed).toMatch(/^Changed at /);
    expect(JSON.parse(await list())).toMatchObject({
      expression: 'at(2199-01-01T00:00:00)',
      overlap: 'parallel',
      missed: 'all',
    });
    const change = (what: 'pause' | 'resume' | 'delete') =>
      printed((flags, surroundings) => runScheduleChange(what, 'greet', flags, surroundings));
    expect(await change('pause')).toBe(
      `The schedule greet at ${emulator.endpoint} is paused: llx schedule resume greet\n`,
    );
    const { next: _, ...paused } = JSON.parse(await list());
    expect(paused).toMatchObject({ state: 'paused', expression: 'at(2199-01-01T00:00:00)', missed: 'all' });
    expect(await change('resume')).toBe(
      `The schedule greet at ${emulator.endpoint} goes on; its next run is at 2199-01-01T00:00:00.000Z\n`,
    );
    expect(await change('delete')).toBe(`The schedule greet at ${emulator.endpoint} is deleted\n`);
    expect(await list()).toBe('');
  });

  test('a rate runs at once, and run runs it again, with its input', async () => {
    const minutely = { rate: '1h', input: '{"n":1}', name: 'hourly' };
    const made = await printed((flags, s) => runSchedule('greet', { ...flags, ...minutely }, s));
    expect(made).toContain('at rate(1 hour) (UTC); the first run is now, the next run 20');
    expect(await received(1)).toEqual([{ n: 1 }]);
    await printed((flags, surroundings) => runScheduleChange('run', 'hourly', flags, surroundings));
    expect(await received(2)).toEqual([{ n: 1 }, { n: 1 }]);
    await printed((flags, surroundings) => runScheduleChange('delete', 'hourly', flags, surroundings));
  });

  test('the next run of a rate that was changed is unknown, and not guessed', async () => {
    const run = (rate: string) => printed((flags, s) => runSchedule('greet', { ...flags, rate }, s));
    await run('1h');
    expect(JSON.parse(await list()).next).toMatch(/^20/);
    expect(await run('2h')).toContain('rate(2 hours) (UTC); the first run is now\n');
    const { next, nextIsUnknown } = JSON.parse(await list());
    expect([next, nextIsUnknown]).toEqual([undefined, true]);
    expect(await run('2h')).toContain('rate(2 hours) (UTC); its times are those of before\n');
    const people = printed((flags, s) => runScheduleList('greet', flags, s));
    expect(await people).toContain('unknown');
    const change = (what: 'pause' | 'resume' | 'delete') =>
      printed((flags, surroundings) => runScheduleChange(what, 'greet', flags, surroundings));
    await change('pause');
    expect(await change('resume')).toMatch(/ goes on\n$/);
    await change('delete');
    await received(2);
  });

  test('--dry-run makes nothing', async () => {
    const told = await printed((flags, surroundings) =>
      runSchedule('greet', { ...flags, rate: '1d', dryRun: true }, surroundings),
    );
    expect(told).toMatch(/^Would be at .*: schedule greet runs greet at rate\(1 day\) \(UTC\); next run /);
    expect(await list()).toBe('');
    expect(events).toEqual([]);
    const refused = (times: { readonly cron?: string; readonly rate?: string; readonly timezone?: string }) =>
      printed((flags, s) => runSchedule('greet', { ...flags, ...times, dryRun: true }, s));
    await expect(refused({ cron: '61 * * * *' })).rejects.toThrow('expected minutes of 0 to 59');
    await expect(refused({ rate: '0m' })).rejects.toThrow('found rate(0 minutes)');
    await expect(refused({ rate: '1h', timezone: 'Mars/X' })).rejects.toThrow('expected a time zone');
  });

  test('--dry-run changes nothing that is there, and --group says where it is', async () => {
    await printed((flags, s) => runSchedule('greet', { ...flags, cron: '@yearly' }, s));
    for (const change of ['delete', 'pause', 'run'] as const) {
      expect(
        await printed((flags, s) => runScheduleChange(change, 'greet', { ...flags, dryRun: true }, s)),
      ).toMatch(/ would /);
    }
    await expect(
      printed((flags, s) => runScheduleChange('delete', 'greet', { ...flags, group: 'reports' }, s)),
    ).rejects.toThrow('Expected a schedule greet in the group reports');
    expect(JSON.parse(await list())).toMatchObject({ name: 'greet', state: 'enabled' });
    expect(events).toEqual([]);
    await printed((flags, s) => runScheduleChange('delete', 'greet', flags, s));
  });

  test('a qualifier in the function’s name is its own', async () => {
    const told = await printed((flags, s) =>
      runSchedule('greet:$LATEST', { ...flags, rate: '1d', dryRun: true }, s),
    );
    expect(told).toContain('schedule greet runs greet:$LATEST at rate(1 day)');
  });

  test('what is not there, or is no time, is told with its code', async () => {
    const failure = async (work: Promise<unknown>) =>
      await work.then(
        () => undefined,
        (error: unknown) => (error instanceof LlxError ? `${error.code}: ${error.message}` : error),
      );
    expect(await failure(printed((flags, s) => runScheduleChange('pause', 'reports/none', flags, s)))).toBe(
      'LLX_SCHEDULE_UNKNOWN: Expected a schedule none in the group reports, found: Schedule none does not exist.',
    );
    expect(await failure(printed((flags, s) => runSchedule('nobody', { ...flags, rate: '1h' }, s)))).toMatch(
      /^LLX_FUNCTION_UNKNOWN: /,
    );
    expect(
      await failure(printed((flags, s) => runSchedule('greet', { ...flags, cron: '61 * * * *' }, s))),
    ).toBe(
      'LLX_USAGE: Expected a schedule that EventBridge Scheduler takes, found: Invalid Schedule Expression cron(61 * * * ? *): expected minutes of 0 to 59, a range, a list or a step, found 61.',
    );
  });
});
