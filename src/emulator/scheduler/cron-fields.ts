import { ExpressionError } from './expression-error.ts';

type Field = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In the order of their numbers, from `min`. */
  readonly names?: readonly string[];
  /** What it may be beside numbers, and how croner has it. */
  readonly special?: (text: string) => string | undefined;
};

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
const FIELDS = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  {
    name: 'day-of-month',
    min: 1,
    max: 31,
    special: (text) => (/^(?:L|LW|(?:[1-9]|[12]\d|3[01])W)$/.test(text) ? text : undefined),
  },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day-of-week', min: 1, max: 7, names: DAYS, special: dayOfWeek },
  { name: 'year', min: 1970, max: 2199 },
] as const satisfies readonly Field[];

/**
 * The six fields of an AWS cron expression (`0 9 ? * MON-FRI *`) as croner's seven, seconds first. Steps from a number,
 * which croner does not know, become lists; days of the week are 1 to 7, from Sunday.
 *
 * @throws ExpressionError
 */
export function cronFields(text: string): string {
  const given = text.trim().toUpperCase().split(/\s+/);
  if (given.length !== FIELDS.length) {
    const names = FIELDS.map(({ name }) => name).join(' ');
    throw new ExpressionError(`expected six fields (${names}) in cron(${text}), found ${given.length}`);
  }
  const [, , dayOfMonth, , weekDay] = given;
  if ((dayOfMonth === '?') === (weekDay === '?')) {
    throw new ExpressionError(
      `expected ? in one of day-of-month and day-of-week, and not in both, in cron(${text})`,
    );
  }
  const fields = FIELDS.map((field, index) => croner(field, given[index] ?? ''));
  return ['0', ...fields].join(' ');
}

function croner(field: Field, text: string): string {
  const isDay = field.name.startsWith('day');
  // For croner a day that is ? means any; the other of the two decides.
  if (text === '*' || (text === '?' && isDay)) return '*';
  return text
    .split(',')
    .map((part) => field.special?.(part) ?? numbers(field, part).join(','))
    .join(',');
}

/** `6L`, `FRIL`: the month’s last Friday; `6#3`: its third one; `L`: the last day of the week. */
function dayOfWeek(text: string): string | undefined {
  if (text === 'L') return '7';
  const [, day, occurrence] = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(text) ?? [];
  if (day === undefined || occurrence === undefined) return undefined;
  const number = DAYS.includes(day) ? DAYS.indexOf(day) + 1 : Number(day);
  return Number.isNaN(number) ? undefined : `${number}${occurrence}`;
}

/** `5`, `1-5`, `MON-FRI`, `0/15`, `10-30/5`, and steps of all */
function numbers(field: Field, part: string): readonly number[] {
  const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  const start = from === '*' ? field.min : numberOf(field, from);
  const open = from === '*' || step !== undefined;
  const end = to === undefined ? (open ? field.max : start) : numberOf(field, to);
  const by = step === undefined ? 1 : Number(step);
  if (
    start === undefined ||
    end === undefined ||
    end < start ||
    by < 1 ||
    (from === '*' && to !== undefined)
  ) {
    throw new ExpressionError(
      `expected ${field.name} of ${field.min} to ${field.max}, a range, a list or a step, found ${part}`,
    );
  }
  return Array.from({ length: Math.floor((end - start) / by) + 1 }, (_, index) => start + index * by);
}

function numberOf({ min, max, names }: Field, text: string): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  const number = named >= 0 ? named + min : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}
