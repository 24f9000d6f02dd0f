import { LlxError } from '../../../errors/llx-error.ts';

/** https://man7.org/linux/man-pages/man5/crontab.5.html#EXTENSIONS */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * The five fields of crontab as AWS's six: days of the week count from 1 there, and one of the two days is `?`.
 *
 * @throws LlxError LLX_USAGE for what AWS's cron cannot say
 */
export function cronFromFive(text: string): string {
  const written = NICKNAMES[text.toLowerCase()] ?? text;
  const fields = written.trim().toUpperCase().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek] = fields;
  if (fields.length !== 5 || minutes === undefined || dayOfMonth === undefined || dayOfWeek === undefined) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected five fields (minute hour day month weekday) or AWS’s six, found ${JSON.stringify(text)}.`,
      mend: 'llx schedule FN --cron "0 9 * * MON-FRI"',
    });
  }
  if (dayOfMonth !== '*' && dayOfWeek !== '*') {
    throw new LlxError('LLX_USAGE', {
      message: `Expected a day of the month or a day of the week in ${JSON.stringify(text)}, found both: in crontab either of them is enough, and AWS’s cron cannot say that.`,
      mend: `Make two schedules of it:\nllx schedule FN --name FN-days --cron "${minutes} ${hours} ${dayOfMonth} ${month} *"\nllx schedule FN --name FN-weekdays --cron "${minutes} ${hours} * ${month} ${dayOfWeek}"`,
    });
  }
  if (dayOfWeek === '*') return `${minutes} ${hours} ${dayOfMonth} ${month} ? *`;
  return `${minutes} ${hours} ? ${month} ${awsDays(dayOfWeek)} *`;
}

/** `1-5` is MON-FRI, `0` and `7` are SUN; a range over the week's end becomes a list. */
function awsDays(field: string): string {
  const days = field.split(',').flatMap(daysOf);
  return [...new Set(days)].map((day) => DAYS[day] ?? '').join(',');
}

function daysOf(part: string): readonly number[] {
  const [, from = '', to, step = '1'] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d))?$/.exec(part) ?? [];
  const first = from === '*' ? 0 : dayNumber(from);
  const last = from === '*' ? 6 : to === undefined ? (part.includes('/') ? 6 : first) : dayNumber(to);
  const by = Number(step);
  if (first === undefined || last === undefined || last < first || by === 0) {
    throw new LlxError('LLX_USAGE', {
      message: `Expected days of the week (0 to 7 or SUN to SAT), a range or a list, found "${part}".`,
      mend: 'llx schedule FN --cron "0 9 * * MON-FRI"',
    });
  }
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => (first + index * by) % 7);
}

function dayNumber(text: string): number | undefined {
  const named = DAYS.indexOf(text);
  if (named >= 0) return named;
  return /^[0-7]$/.test(text) ? Number(text) : undefined;
}
