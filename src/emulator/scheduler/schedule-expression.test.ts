import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpressionError } from './expression-error.ts';
import { parseScheduleExpression } from './schedule-expression.ts';

const NOW = '2026-11-21T10:00:00Z';

/** The first times of an expression after an instant. */
function times(text: string, { after = NOW, zone = 'UTC', count = 3 } = {}): readonly string[] {
  const expression = parseScheduleExpression(text, { timeZone: zone, firstAt: Date.parse(NOW) });
  const found: string[] = [];
  for (
    let at = expression.next(Date.parse(after));
    at !== undefined && found.length < count;
    at = expression.next(at)
  ) {
    found.push(new Date(at).toISOString().replace(':00.000Z', ''));
  }
  return found;
}

describe('cron', () => {
  test.each([
    ['cron(0 10 * * ? *)', ['2026-11-22T10:00', '2026-11-23T10:00', '2026-11-24T10:00']],
    ['cron(15 12 * * ? *)', ['2026-11-21T12:15', '2026-11-22T12:15', '2026-11-23T12:15']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-11-23T18:00', '2026-11-24T18:00', '2026-11-25T18:00']],
    ['cron(0 18 ? * 2-6 *)', ['2026-11-23T18:00', '2026-11-24T18:00', '2026-11-25T18:00']],
    ['cron(0 8 1 * ? *)', ['2026-12-01T08:00', '2027-01-01T08:00', '2027-02-01T08:00']],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-11-23T00:00', '2026-11-23T00:10', '2026-11-23T00:20']],
    ['cron(0/5 8-17 ? * SUN *)', ['2026-11-22T08:00', '2026-11-22T08:05', '2026-11-22T08:10']],
    ['cron(*/30 9 21 11 ? 2027)', ['2027-11-21T09:00', '2027-11-21T09:30']],
    ['cron(10-30/10 0 22 NOV ? 2026)', ['2026-11-22T00:10', '2026-11-22T00:20', '2026-11-22T00:30']],
    ['cron(0 12 L * ? *)', ['2026-11-30T12:00', '2026-12-31T12:00', '2027-01-31T12:00']],
    ['cron(0 12 LW * ? *)', ['2026-11-30T12:00', '2026-12-31T12:00', '2027-01-29T12:00']],
    ['cron(0 12 15W * ? *)', ['2026-12-15T12:00', '2027-01-15T12:00', '2027-02-15T12:00']],
    ['cron(0 12 1W AUG ? *)', ['2027-08-02T12:00', '2028-08-01T12:00', '2029-08-01T12:00']],
    ['cron(0 12 ? * 6L *)', ['2026-11-27T12:00', '2026-12-25T12:00', '2027-01-29T12:00']],
    ['cron(0 12 ? * FRIL *)', ['2026-11-27T12:00', '2026-12-25T12:00', '2027-01-29T12:00']],
    ['cron(0 12 ? * L *)', ['2026-11-21T12:00', '2026-11-28T12:00', '2026-12-05T12:00']],
    ['cron(0 12 ? * TUE#2 *)', ['2026-12-08T12:00', '2027-01-12T12:00', '2027-02-09T12:00']],
    ['cron(0 12 ? * 3#2 *)', ['2026-12-08T12:00', '2027-01-12T12:00', '2027-02-09T12:00']],
    ['cron(0 0 1 1 ? 2030/2)', ['2030-01-01T00:00', '2032-01-01T00:00', '2034-01-01T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0 0 30 2 ? *)', []],
    ['cron(0 12 * * ? 2025)', []],
    ['cron(0 12 31 12 ? 2199)', ['2199-12-31T12:00']],
  ])('%s', (text, expected) => {
    expect(times(text)).toEqual(expected);
  });

  test.each([
    [
      'cron(0 12 * * *)',
      'expected six fields (minutes hours day-of-month month day-of-week year) in cron(0 12 * * *), found 5',
    ],
    [
      'cron(0 12 * * * *)',
      'expected ? in one of day-of-month and day-of-week, and not in both, in cron(0 12 * * * *)',
    ],
    [
      'cron(0 12 ? * ? *)',
      'expected ? in one of day-of-month and day-of-week, and not in both, in cron(0 12 ? * ? *)',
    ],
    ['cron(60 12 * * ? *)', 'expected minutes of 0 to 59, a range, a list or a step, found 60'],
    ['cron(? 12 * * ? *)', 'expected minutes of 0 to 59, a range, a list or a step, found ?'],
    ['cron(0/0 12 * * ? *)', 'expected minutes of 0 to 59, a range, a list or a step, found 0/0'],
    ['cron(0 24 * * ? *)', 'expected hours of 0 to 23, a range, a list or a step, found 24'],
    ['cron(0 17-8 * * ? *)', 'expected hours of 0 to 23, a range, a list or a step, found 17-8'],
    ['cron(0 12 32 * ? *)', 'expected day-of-month of 1 to 31, a range, a list or a step, found 32'],
    ['cron(0 12 ? * 0 *)', 'expected day-of-week of 1 to 7, a range, a list or a step, found 0'],
    ['cron(0 12 ? * MON#6 *)', 'expected day-of-week of 1 to 7, a range, a list or a step, found MON#6'],
    ['cron(0 12 * FOO ? *)', 'expected month of 1 to 12, a range, a list or a step, found FOO'],
    ['cron(0 12 * * ? 2200)', 'expected year of 1970 to 2199, a range, a list or a step, found 2200'],
    ['cron(0 12 , * ? *)', 'expected day-of-month of 1 to 31, a range, a list or a step, found '],
  ])('%s is refused, saying where and why', (text, message) => {
    expect(() => times(text)).toThrow(new ExpressionError(message));
  });
});

describe('time zones', () => {
  test('a time that is put forward over is skipped', () => {
    expect(times('cron(30 2 * * ? *)', { after: '2026-03-27T12:00:00Z', zone: 'Europe/Berlin' })).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
      '2026-03-31T00:30',
    ]);
  });

  test('a time that clocks show twice happens once, at the first of the two', () => {
    expect(times('cron(30 2 * * ? *)', { after: '2026-10-24T12:00:00Z', zone: 'Europe/Berlin' })).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
      '2026-10-27T01:30',
    ]);
    expect(times('cron(0/30 * * * ? *)', { after: '2026-10-25T00:00:00Z', zone: 'Europe/Berlin' })).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
  });

  test('a zone whose clocks go by half an hour', () => {
    expect(times('cron(0 12 4,5 4 ? 2027)', { zone: 'Australia/Lord_Howe' })).toEqual([
      '2027-04-04T01:30',
      '2027-04-05T01:30',
    ]);
  });

  test('a day of a rate has 24 hours, whatever clocks do', () => {
    expect(times('rate(1 day)', { after: '2027-03-27T12:00:00Z', zone: 'Europe/Berlin' })).toEqual([
      '2027-03-28T10:00',
      '2027-03-29T10:00',
      '2027-03-30T10:00',
    ]);
  });

  test('a single time that no clock shows is as much later as clocks are put forward', () => {
    expect(times('at(2027-03-28T02:30:00)', { zone: 'Europe/Berlin' })).toEqual(['2027-03-28T01:30']);
    expect(times('at(2026-12-24T18:00:00)', { zone: 'America/New_York' })).toEqual(['2026-12-24T23:00']);
  });

  test.each(['Europe/Atlantis', '+02:00', '', 'a'.repeat(51)])('there is no zone "%s"', (zone) => {
    expect(() => times('cron(0 12 * * ? *)', { zone })).toThrow(
      new ExpressionError(`expected a time zone such as Europe/Berlin, found ${zone.slice(0, 50)}`),
    );
  });
});

describe('rate and at', () => {
  test('a rate begins at once, and goes on from there', () => {
    expect(times('rate(5 minutes)', { after: '2026-11-21T09:59:59Z' })).toEqual([
      '2026-11-21T10:00',
      '2026-11-21T10:05',
      '2026-11-21T10:10',
    ]);
    expect(times('rate(1 hour)', { after: '2026-11-21T12:30:00Z', count: 1 })).toEqual(['2026-11-21T13:00']);
  });

  test('a single time happens once, and not where it has passed', () => {
    expect(times('at(2026-11-21T10:00:01)')).toEqual(['2026-11-21T10:00:01.000Z']);
    expect(times('at(2026-11-21T10:00:00)')).toEqual([]);
  });

  test.each([
    ['rate(0 minutes)', 'expected rate(value minutes|hours|days), found rate(0 minutes)'],
    ['rate(5 weeks)', 'expected rate(value minutes|hours|days), found rate(5 weeks)'],
    ['at(2026-02-30T10:00:00)', 'expected at(yyyy-mm-ddThh:mm:ss), found at(2026-02-30T10:00:00)'],
    ['at(2026-11-21)', 'expected at(yyyy-mm-ddThh:mm:ss), found at(2026-11-21)'],
    ['every day', 'expected cron(…), rate(…) or at(…), found every day'],
    [`cron(${'0,'.repeat(200)}0 12 * * ? *)`, 'expected cron(…), rate(…) or at(…), found cron(0,'],
  ])('%s is refused', (text, message) => {
    expect(() => times(text)).toThrow(message);
  });
});

test('whatever the zone: times only grow, and each shows the minute and the hour that were asked for', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
    'UTC',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 23 }),
      fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
      (zone, minute, hour, from) => {
        const { next } = parseScheduleExpression(`cron(${minute} ${hour} * * ? *)`, {
          timeZone: zone,
          firstAt: 0,
        });
        const shown = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: 'numeric',
          minute: 'numeric',
        });
        const wanted = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
        let before = from.getTime();
        for (let step = 0; step < 3; step += 1) {
          const at = next(before) ?? Number.NaN;
          expect(at).toBeGreaterThan(before);
          // Two days and the hour that clocks are put back, where one of the days has no such time.
          expect(at - before).toBeLessThanOrEqual(49 * 3_600_000);
          expect(shown.format(at)).toBe(wanted);
          before = at;
        }
      },
    ),
    { numRuns: 200 },
  );
});
