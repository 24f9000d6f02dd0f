import { isObject } from '../json-object.ts';

/** A pattern that is not one. The message says where and why. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';
}

/** Whether a value is what a pattern describes. `undefined`: it is not there. */
export type Matcher = (value: unknown) => boolean;

type Members = Readonly<Record<string, unknown>>;

/**
 * An event pattern, EventBridge's language in which event source mappings filter, too: each of its members must match,
 * by one of the rules in its list, and `$or` by one of its patterns.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 *
 * @throws EventPatternError
 */
export function compileEventPattern(pattern: unknown, path = 'the pattern'): Matcher {
  const members = membersOf(pattern, path);
  const matchers = Object.entries(members).map(([key, value]): Matcher => {
    const at = `${path}.${key}`;
    if (key === '$or' && Array.isArray(value) && value.every(isObject)) {
      if (value.length < 2) throw new EventPatternError(`expected at least two patterns in ${at}`);
      const alternatives = value.map((one, index) => compileEventPattern(one, `${at}[${index}]`));
      return (event) => alternatives.some((matches) => matches(event));
    }
    const matches = Array.isArray(value) ? compileRules(value, at) : compileEventPattern(value, at);
    return (event) => matches(isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined);
  });
  return (event) => matchers.every((matches) => matches(event));
}

/** One of them must match. */
function compileRules(rules: readonly unknown[], path: string): Matcher {
  if (rules.length === 0) throw new EventPatternError(`expected at least one rule in ${path}`);
  const matchers = rules.map((rule, index) => compileRule(rule, `${path}[${index}]`));
  return (value) => matchers.some((matches) => matches(value));
}

function compileRule(rule: unknown, path: string): Matcher {
  if (!isObject(rule)) return ofEach(equals(rule, path));
  const [entry, ...more] = Object.entries(rule);
  if (entry === undefined || more.length > 0) {
    throw new EventPatternError(`expected one operator in ${path}`);
  }
  const [operator, operand] = entry;
  const at = `${path}.${operator}`;
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new EventPatternError(`expected true or false in ${at}`);
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case 'anything-but':
      return ofEach(anythingBut(operand, at));
    case 'numeric':
      return ofEach(numeric(operand, at));
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
    case 'wildcard':
      return ofEach(text(operator, operand, at));
    default:
      throw new EventPatternError(`expected a known operator in ${path}, found ${operator}`);
  }
}

/** Of a list, one element is enough. What is not there matches nothing. */
function ofEach(matches: Matcher): Matcher {
  return (value) => {
    if (value === undefined || isObject(value)) return false;
    return Array.isArray(value) ? value.some(matches) : matches(value);
  };
}

function equals(expected: unknown, path: string): Matcher {
  if (!isScalar(expected)) throw new EventPatternError(`expected a value or an operator in ${path}`);
  return (value) => value === expected;
}

function anythingBut(operand: unknown, path: string): Matcher {
  if (isObject(operand)) {
    const excluded = compileRule(operand, path);
    return (value) => !excluded(value);
  }
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (values.length === 0) throw new EventPatternError(`expected at least one value in ${path}`);
  const excluded = values.map((value) => equals(value, path));
  return (value) => !excluded.some((matches) => matches(value));
}

type TextOperator = 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard';

function text(operator: TextOperator, operand: unknown, path: string): Matcher {
  // {"prefix": {"equals-ignore-case": "a"}}
  const ignoresCase = isObject(operand) && (operator === 'prefix' || operator === 'suffix');
  const given = ignoresCase ? operand['equals-ignore-case'] : operand;
  if (typeof given !== 'string') throw new EventPatternError(`expected a text in ${path}`);
  const expected = ignoresCase ? given.toLowerCase() : given;
  const matches = textMatcher(operator, expected, path);
  return (value) => typeof value === 'string' && matches(ignoresCase ? value.toLowerCase() : value);
}

function textMatcher(operator: TextOperator, expected: string, path: string): (value: string) => boolean {
  switch (operator) {
    case 'prefix':
      return (value) => value.startsWith(expected);
    case 'suffix':
      return (value) => value.endsWith(expected);
    case 'equals-ignore-case':
      return (value) => value.toLowerCase() === expected.toLowerCase();
    case 'wildcard':
      return wildcard(expected, path);
  }
}

/** `*` stands for any characters, `\*` for itself. Without backtracking: patterns and messages are strangers’. */
function wildcard(pattern: string, path: string): (value: string) => boolean {
  if (/(?<!\\)\*\*/.test(pattern)) throw new EventPatternError(`expected no ** in ${path}`);
  const parts = pattern.split(/(?<!\\)\*/).map((part) => part.replace(/\\([*\\])/g, '$1'));
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  return (value) => {
    if (last === undefined) return value === first;
    if (!value.startsWith(first)) return false;
    let from = first.length;
    for (const part of rest) {
      const found = value.indexOf(part, from);
      if (found === -1) return false;
      from = found + part.length;
    }
    return value.length - last.length >= from && value.endsWith(last);
  };
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 5]`, or a range: `[">", 0, "<=", 100]`. */
function numeric(operand: unknown, path: string): Matcher {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const comparisons: ((value: number) => boolean)[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [operator, bound] = [parts[index], parts[index + 1]];
    const compare =
      typeof operator === 'string' && Object.hasOwn(COMPARISONS, operator)
        ? COMPARISONS[operator]
        : undefined;
    if (compare === undefined || typeof bound !== 'number') {
      throw new EventPatternError(`expected comparisons such as [">", 0, "<=", 100] in ${path}`);
    }
    comparisons.push((value) => compare(value, bound));
  }
  if (comparisons.length < 1 || comparisons.length > 2) {
    throw new EventPatternError(`expected one or two comparisons in ${path}`);
  }
  return (value) => typeof value === 'number' && comparisons.every((matches) => matches(value));
}

function membersOf(pattern: unknown, path: string): Members {
  if (isObject(pattern) && Object.keys(pattern).length > 0) return pattern;
  throw new EventPatternError(`expected an object with members, or a list of rules, in ${path}`);
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
