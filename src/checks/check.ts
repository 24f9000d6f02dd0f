import { didYouMean } from './near-miss.ts';

/** Where problems are collected: all of them are told at once. */
export type Problems = string[];

/**
 * Takes what was written and gives the value, or undefined after it has said at `path` what is wrong.
 * A check is never called for what was left out.
 */
export type Check<Value> = (written: unknown, path: string, problems: Problems) => Value | undefined;

type Checks = Readonly<Record<string, Check<unknown>>>;
type Checked<Fields extends Checks> = {
  readonly [Key in keyof Fields]?: Fields[Key] extends Check<infer Value> ? Value : never;
};

/** A text that fits `pattern`; `expected` names it, with an example. */
export function text(expected: string, fits: (written: string) => boolean = () => true): Check<string> {
  return (written, path, problems) => {
    if (typeof written === 'string' && fits(written)) return written;
    return refuse(problems, path, expected, written);
  };
}

/** As `text`, for what may be a secret: no message repeats it. */
export function hiddenText(expected: string, fits: (written: string) => boolean = () => true): Check<string> {
  return (written, path, problems) => {
    if (typeof written === 'string' && fits(written)) return written;
    const found = written === undefined || written === null ? describe(written) : `another ${typeof written}`;
    problems.push(`${path}: expected ${expected}, found ${found}.`);
    return undefined;
  };
}

/** @param unit goes behind the range: ` seconds`. */
export function integer(least: number, most: number, unit: string): Check<number> {
  return (written, path, problems) => {
    const fits =
      typeof written === 'number' && Number.isInteger(written) && written >= least && written <= most;
    return fits ? written : refuse(problems, path, `a whole number from ${least} to ${most}${unit}`, written);
  };
}

export function list<Item>(item: Check<Item>, expected: string): Check<readonly Item[]> {
  return (written, path, problems) => {
    if (!Array.isArray(written)) return refuse(problems, path, expected, written);
    return written
      .map((one: unknown, index) => item(one, `${path}[${index}]`, problems))
      .filter((one) => one !== undefined);
  };
}

/** An object with keys of the writer's own choice. */
export function record<Value>(
  value: Check<Value>,
  expected: string,
  key: (name: string, path: string, problems: Problems) => void = () => {},
): Check<readonly (readonly [string, Value])[]> {
  return (written, path, problems) => {
    if (!isObject(written)) return refuse(problems, path, expected, written);
    const entries: (readonly [string, Value])[] = [];
    for (const [name, one] of Object.entries(written)) {
      key(name, path, problems);
      const checked = value(one, memberPath(path, name), problems);
      if (checked !== undefined) entries.push([name, checked]);
    }
    return entries;
  };
}

/** An object with known keys. Those left out, or given as `undefined`, are absent. */
export function object<Fields extends Checks>(
  fields: Fields,
  expected: string,
  required: readonly (keyof Fields & string)[] = [],
): Check<Checked<Fields>> {
  return (written, path, problems) => {
    if (!isObject(written)) return refuse(problems, path, expected, written);
    const known = Object.keys(fields);
    for (const key of Object.keys(written)) {
      if (Object.hasOwn(fields, key)) continue;
      const at = memberPath(path, key);
      problems.push(
        `${at}: expected one of ${known.join(', ')}, found an unknown key.${didYouMean(key, known)}`,
      );
    }
    const values: Record<string, unknown> = {};
    for (const [key, check] of Object.entries(fields)) {
      const one = Object.hasOwn(written, key) ? written[key] : undefined;
      if (one === undefined && !required.includes(key)) continue;
      const value = check(one, memberPath(path, key), problems);
      if (value !== undefined) values[key] = value;
    }
    // Each key was made by the check of that name.
    return values as Checked<Fields>;
  };
}

function refuse(problems: Problems, path: string, expected: string, written: unknown): undefined {
  problems.push(
    `${path === '' ? 'the default export' : path}: expected ${expected}, found ${describe(written)}.`,
  );
}

/** `functions.hello`, and `environment["MY-KEY"]` for what JavaScript would not take after a dot. */
export function memberPath(path: string, key: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${shorten(JSON.stringify(key))}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Never more than its beginning: a value may be a secret, and may be long. */
function describe(written: unknown): string {
  if (written === undefined) return 'nothing';
  if (written === null) return 'null';
  if (typeof written === 'string') return shorten(JSON.stringify(written));
  if (typeof written === 'number' || typeof written === 'boolean') return `the ${typeof written} ${written}`;
  if (Array.isArray(written)) return 'a list';
  return typeof written === 'object' ? 'an object' : `a ${typeof written}`;
}

function shorten(shown: string): string {
  return shown.length <= 60 ? shown : `${shown.slice(0, 59)}…`;
}
