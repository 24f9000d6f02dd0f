import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScheduleExpression } from '../../../emulator/scheduler/schedule-expression.ts';
import { LlxError } from '../../../errors/llx-error.ts';
import { awsTimes, checkAhead } from './written-expression.ts';

describe('--cron', () => {
  test.each([
    ['0 9 ? * MON-FRI *', 'cron(0 9 ? * MON-FRI *)'],
    ['cron(0 9 ? * MON-FRI *)', 'cron(0 9 ? * MON-FRI *)'],
    ['*/5 * * * *', 'cron(*/5 * * * ? *)'],
    ['0 9 * * 1-5', 'cron(0 9 ? * MON,TUE,WED,THU,FRI *)'],
    ['0 9 * * MON-FRI', 'cron(0 9 ? * MON,TUE,WED,THU,FRI *)'],
    ['0 9 * * 5-7', 'cron(0 9 ? * FRI,SAT,SUN *)'],
    ['0 9 * * 0,7', 'cron(0 9 ? * SUN *)'],
    ['0 9 * * */2', 'cron(0 9 ? * SUN,TUE,THU,SAT *)'],
    ['0 9 1 jan *', 'cron(0 9 1 JAN ? *)'],
    ['@daily', 'cron(0 0 * * ? *)'],
    ['@weekly', 'cron(0 0 ? * SUN *)'],
  ])('%s', (cron, expression) => {
    expect(awsTimes({ cron })).toEqual({ expression, timeZone: 'UTC' });
  });

  test('what crontab says with both days becomes two schedules', () => {
    expect(() => awsTimes({ cron: '0 9 1 * MON' })).toThrow(
      new LlxError('LLX_USAGE', {
        message:
          'Expected a day of the month or a day of the week in "0 9 1 * MON", found both: in crontab either of them is enough, and AWS’s cron cannot say that.',
        mend: 'Make two schedules of it:\nllx schedule FN --name FN-days --cron "0 9 1 * *"\nllx schedule FN --name FN-weekdays --cron "0 9 * * MON"',
      }),
    );
  });

  test.each(['* * * *', '0 9 * * 8', '0 9 * * 5-1', '0 9 * * MON/0', '@sometimes'])(
    '%s is refused',
    (cron) => {
      expect(() => awsTimes({ cron })).toThrow(LlxError);
    },
  );

  test('the times are those of crontab', () => {
    const field = (max: number, min = 0) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.integer({ min: 1, max: 6 }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    const days = fc.oneof(
      field(31, 1).map((day) => [day, '*']),
      field(7).map((day) => ['*', day]),
    );
    fc.assert(
      fc.property(field(59), field(23), days, field(12, 1), (minute, hour, [day, weekDay], month) => {
        const cron = `${minute} ${hour} ${day} ${month} ${weekDay}`;
        const after = new Date('2026-11-21T10:00:30Z');
        const expected = new Cron(cron, { timezone: 'UTC', paused: true }).nextRun(after);
        const { next } = parseScheduleExpression(awsTimes({ cron }).expression, { firstAt: 0 });
        expect(next(after.getTime())).toBe(expected?.getTime());
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['5 minutes', 'rate(5 minutes)'],
  ['1 minutes', 'rate(1 minute)'],
  ['1h', 'rate(1 hour)'],
  ['2d', 'rate(2 days)'],
  ['rate(7 days)', 'rate(7 days)'],
])('--rate %s', (rate, expression) => {
  expect(awsTimes({ rate })).toEqual({ expression, timeZone: 'UTC' });
});

test.each([
  ['2026-12-24T18:00', 'Europe/Berlin', { expression: 'at(2026-12-24T18:00:00)', timeZone: 'Europe/Berlin' }],
  ['2026-12-24 18:00:30', undefined, { expression: 'at(2026-12-24T18:00:30)', timeZone: 'UTC' }],
  ['2026-12-24T18:00:00Z', 'Europe/Berlin', { expression: 'at(2026-12-24T18:00:00)', timeZone: 'UTC' }],
  ['2026-12-24T18:00+02:00', undefined, { expression: 'at(2026-12-24T16:00:00)', timeZone: 'UTC' }],
])('--at %s in %s', (at, timezone, expected) => {
  expect(awsTimes({ at, ...(timezone === undefined ? {} : { timezone }) })).toEqual(expected);
});

test('exactly one of the three is expected', () => {
  expect(() => awsTimes({})).toThrow('Expected one of --cron, --rate and --at, found none.');
  expect(() => awsTimes({ cron: '@daily', rate: '1d' })).toThrow('found 2.');
  expect(() => awsTimes({ rate: 'often' })).toThrow('Expected a rate such as "5 minutes"');
  expect(() => awsTimes({ at: 'noon' })).toThrow('Expected a time such as 2026-12-24T18:00');
  // To JavaScript this is 2 March.
  expect(() => awsTimes({ at: '2027-02-30T00:00Z' })).toThrow('Expected a time such as 2026-12-24T18:00');
});

test('a single time that has passed is refused, with what it is now', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const at = (written: string) => () => checkAhead(awsTimes({ at: written, timezone: 'Europe/Berlin' }), now);
  expect(at('2026-11-21T11:00')).toThrow(
    'Expected a time that is yet to come as --at, found 2026-11-21T11:00:00 (Europe/Berlin): it is 2026-11-21T10:00:00 UTC.',
  );
  expect(at('2026-11-21T11:01')).not.toThrow();
  expect(at('2026-11-21T09:59Z')).toThrow('found 2026-11-21T09:59:00 (UTC)');
  expect(() => checkAhead(awsTimes({ rate: '1h' }), now)).not.toThrow();
});
