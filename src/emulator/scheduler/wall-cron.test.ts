import { Cron } from 'croner';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cronFields } from './cron-fields.ts';
import { wallCron } from './wall-cron.ts';

const minutes = fc.constantFrom('*', '0', '59', '5/20', '7,3,50', '10-20/5');
const hours = fc.constantFrom('*', '0', '23', '9-17', '22,1', '0/7');
const days = fc.constantFrom(
  '* * ?',
  'L * ?',
  '15W * ?',
  '29 2 ?',
  '1,31 * ?',
  '? * MON-FRI',
  '? * 6L',
  '? 3 2#5',
);
const years = fc.constantFrom('*', '2027', '2028-2031/3', '2020');

test('gives the times of croner, which it asks for days alone', () => {
  const from = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(minutes, hours, days, years, from, (minute, hour, day, year, start) => {
      const fields = cronFields(`${minute} ${hour} ${day} ${year}`);
      const next = wallCron(fields);
      const whole = new Cron(fields, {
        mode: '7-part',
        timezone: 'UTC',
        alternativeWeekdays: true,
        paused: true,
      });
      let at: number | undefined = start.getTime();
      for (let step = 0; step < 5 && at !== undefined; step += 1) {
        const expected: number | undefined = whole.nextRun(new Date(at))?.getTime();
        at = next(at);
        expect(at).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});
