import { createHash, randomUUID } from 'node:crypto';
import { isObject } from '../../json-object.ts';
import { linearRegex } from '../../logs/patterns/linear-regex.ts';
import { SqlError } from './sql-tokens.ts';

/** Of a message, what functions tell of it. */
export type MessageFacts = {
  readonly topic: string;
  readonly clientId: string | undefined;
  readonly at: number;
  readonly account: string;
};

type SqlFunction = (values: readonly unknown[], message: MessageFacts) => unknown;

/** Longer texts than a message has are nobody's wish. */
const LONGEST_TEXT = 131_072;

/** https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html: those that need no other service. */
const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  topic: ([level], { topic }) => {
    if (level === undefined) return topic;
    return typeof level === 'number' ? topic.split('/')[level - 1] : undefined;
  },
  timestamp: (_values, { at }) => at,
  clientid: (_values, { clientId }) => clientId ?? 'N/A',
  accountid: (_values, { account }) => account,
  newuuid: () => randomUUID(),
  rand: () => Math.random(),
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  round: ofNumber(Math.round),
  sqrt: ofNumber(Math.sqrt),
  sign: ofNumber(Math.sign),
  exp: ofNumber(Math.exp),
  ln: ofNumber(Math.log),
  log: ofNumber(Math.log10),
  power: ofNumbers((value, exponent) => value ** exponent),
  mod: ofNumbers((value, divisor) => value % divisor),
  remainder: ofNumbers((value, divisor) => value % divisor),
  bitand: ofNumbers((a, b) => a & b),
  bitor: ofNumbers((a, b) => a | b),
  bitxor: ofNumbers((a, b) => a ^ b),
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  trim: ofText((text) => text.trim()),
  ltrim: ofText((text) => text.trimStart()),
  rtrim: ofText((text) => text.trimEnd()),
  length: ofText((text) => text.length),
  startswith: ofTexts((text, part) => text.startsWith(part)),
  endswith: ofTexts((text, part) => text.endsWith(part)),
  indexof: ofTexts((text, part) => text.indexOf(part)),
  regexp_matches: ofTexts(matchesRegex),
  substring: ([text, from, to]) => {
    if (typeof text !== 'string' || typeof from !== 'number') return undefined;
    return text.substring(from, typeof to === 'number' ? to : undefined);
  },
  concat: (values) => {
    if (values.length > 0 && values.every(Array.isArray)) return joinedLists(values);
    if (values.includes(undefined)) return undefined;
    let text = '';
    for (const value of values) {
      text += textOf(value);
      if (text.length >= LONGEST_TEXT) return text.slice(0, LONGEST_TEXT);
    }
    return text;
  },
  get: ([value, key]) => {
    if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
    if (typeof value === 'string') return typeof key === 'number' ? value[key] : undefined;
    return isObject(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
  },
  isnull: ([value]) => value === null,
  isundefined: ([value]) => value === undefined,
  nanvl: ([value, other]) => (typeof value === 'number' && Number.isFinite(value) ? value : other),
  encode: ([value, scheme]) => {
    if (scheme !== 'base64') return undefined;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return value === undefined ? undefined : Buffer.from(textOf(value)).toString('base64');
  },
  decode: ([value, scheme]) =>
    typeof value === 'string' && scheme === 'base64'
      ? parsed(Buffer.from(value, 'base64').toString())
      : undefined,
  md5: ofText((text) => createHash('md5').update(text).digest('hex')),
  sha1: ofText((text) => createHash('sha1').update(text).digest('hex')),
  sha256: ofText((text) => createHash('sha256').update(text).digest('hex')),
  sha512: ofText((text) => createHash('sha512').update(text).digest('hex')),
};

/** Whether there is such a function here. */
export function isSqlFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Undefined where its arguments are none that it takes. @throws SqlError for a function that there is not */
export function callFunction(name: string, values: readonly unknown[], message: MessageFacts): unknown {
  const call = isSqlFunction(name) ? FUNCTIONS[name] : undefined;
  if (call === undefined) throw new SqlError(`expected a known function, found ${name}()`);
  const result = call(values, message);
  return typeof result === 'number' && !Number.isFinite(result) ? undefined : result;
}

function ofNumber(work: (value: number) => number): SqlFunction {
  return ([value]) => (typeof value === 'number' ? work(value) : undefined);
}

function ofNumbers(work: (value: number, other: number) => number): SqlFunction {
  return ([value, other]) =>
    typeof value === 'number' && typeof other === 'number' ? work(value, other) : undefined;
}

function ofText(work: (text: string) => unknown): SqlFunction {
  return ([value]) => (value === undefined || value === null ? undefined : work(textOf(value)));
}

function ofTexts(work: (text: string, other: string) => unknown): SqlFunction {
  return ([value, other]) =>
    typeof value === 'string' && typeof other === 'string' ? work(value, other) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** No longer than a message could have been. */
function joinedLists(lists: readonly (readonly unknown[])[]): readonly unknown[] | undefined {
  const length = lists.reduce((sum, list) => sum + list.length, 0);
  return length > LONGEST_TEXT ? undefined : lists.flat();
}

/** Each of its characters is looked for at each of the text's. */
const LONGEST_PATTERN = 500;
const MOST_PATTERNS = 100;
const patterns = new Map<string, (text: string) => boolean>();

/** Patterns and messages are strangers’: in a time that is linear in the text, so groups and counts are not known. */
function matchesRegex(text: string, pattern: string): boolean | undefined {
  if (pattern.length > LONGEST_PATTERN || /[(){}]/.test(pattern.replace(/\\./g, ''))) return undefined;
  try {
    const matches = patterns.get(pattern) ?? linearRegex(pattern);
    if (patterns.size < MOST_PATTERNS) patterns.set(pattern, matches);
    return matches(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON, or the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
