import { constraintViolation } from '../../constraint-violation.ts';
import { AwsError } from '../../http/aws-error.ts';
import { isObject } from '../../json-object.ts';
import { validationFailed } from '../lambda-errors.ts';

export type TextRules = {
  readonly min?: number;
  readonly max?: number;
  /** With the text that AWS shows for it. */
  readonly pattern?: { readonly test: RegExp; readonly text: string };
  readonly values?: readonly string[];
};

export type IntegerRules = { readonly min: number; readonly max: number };

/**
 * The members of a request, checked as AWS's front door does it from the service's model: each constraint that is not
 * met is a sentence, and `check` tells all of them at once. A member of another type ends it at once.
 *
 * https://smithy.io/2.0/spec/constraint-traits.html
 */
export class Members {
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #prefix: string;
  readonly #problems: string[];

  constructor(input: Readonly<Record<string, unknown>>, prefix = '', problems: string[] = []) {
    this.#input = input;
    this.#prefix = prefix;
    this.#problems = problems;
  }

  /** Absent, `null`, or a text, list, map or structure without content. */
  isEmpty(name: string): boolean {
    const value = this.#value(name);
    if (value === undefined || value === '') return true;
    return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  }

  text(name: string, rules: TextRules = {}): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(name, 'a String');
    for (const constraint of brokenRules(value, rules)) this.problem(name, value, constraint);
    return value;
  }

  /** An empty text where it is missing: `check` then throws. */
  requiredText(name: string, rules: TextRules = {}): string {
    const value = this.text(name, rules);
    if (value === undefined) this.problem(name, undefined, 'Member must not be null');
    return value ?? '';
  }

  choice<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const value = this.text(name, { values });
    return values.find((one) => one === value);
  }

  /** The first one where it is missing or another: `check` then throws. */
  requiredChoice<Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value {
    const value = this.requiredText(name, { values });
    return values.find((one) => one === value) ?? values[0];
  }

  integer(name: string, { min, max }: IntegerRules): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, 'an Integer');
    if (value < min) this.problem(name, value, `Member must have value greater than or equal to ${min}`);
    if (value > max) this.problem(name, value, `Member must have value less than or equal to ${max}`);
    return value;
  }

  /** The least one where it is missing: `check` then throws. */
  requiredInteger(name: string, rules: IntegerRules): number {
    const value = this.integer(name, rules);
    if (value === undefined) this.problem(name, undefined, 'Member must not be null');
    return value ?? rules.min;
  }

  boolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value !== undefined && typeof value !== 'boolean') throw wrongType(name, 'a Boolean');
    return value;
  }

  /** @param rules of each; the list itself has at most `rules.max` elements */
  list(
    name: string,
    rules: { readonly max?: number; readonly each?: TextRules } = {},
  ): readonly string[] | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
      throw wrongType(name, 'a List of Strings');
    }
    const shown = listText(value);
    if (rules.max !== undefined && value.length > rules.max) {
      this.problem(name, shown, `Member must have length less than or equal to ${rules.max}`);
    }
    const broken = new Set(value.flatMap((item) => brokenRules(item, rules.each ?? {})));
    if (broken.size > 0) {
      this.problem(name, shown, `Member must satisfy constraint: [${[...broken].join(', ')}]`);
    }
    return value;
  }

  /** A structure in it; its problems are told with these. */
  structure(name: string): Members | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw wrongType(name, 'a Structure');
    return new Members(value, `${this.#prefix}${lowerFirst(name)}.`, this.#problems);
  }

  textMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw wrongType(name, 'a Map');
    const entries = Object.entries(value).map(([key, item]): [string, string] => {
      if (typeof item !== 'string') throw wrongType(`${name}.${key}`, 'a String');
      return [key, item];
    });
    return Object.fromEntries(entries);
  }

  numberMap(name: string): Readonly<Record<string, number>> | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw wrongType(name, 'a Map');
    const entries = Object.entries(value).map(([key, item]): [string, number] => {
      if (typeof item !== 'number') throw wrongType(`${name}.${key}`, 'a Double');
      return [key, item];
    });
    return Object.fromEntries(entries);
  }

  problem(name: string, value: unknown, constraint: string): void {
    const member = `${this.#prefix}${lowerFirst(name)}`;
    this.#problems.push(constraintViolation(member, value, constraint));
  }

  /** @throws AwsError 400 ValidationException */
  check(): void {
    if (this.#problems.length > 0) throw validationFailed(...this.#problems);
  }

  /** `null` is as good as absent. */
  #value(name: string): unknown {
    return Object.hasOwn(this.#input, name) ? (this.#input[name] ?? undefined) : undefined;
  }
}

function brokenRules(value: string, { min, max, pattern, values }: TextRules): readonly string[] {
  const broken: string[] = [];
  if (values !== undefined && !values.includes(value)) {
    broken.push(`Member must satisfy enum value set: [${values.join(', ')}]`);
  }
  if (max !== undefined && value.length > max) {
    broken.push(`Member must have length less than or equal to ${max}`);
  }
  if (min !== undefined && value.length < min) {
    broken.push(`Member must have length greater than or equal to ${min}`);
  }
  if (pattern !== undefined && !pattern.test.test(value)) {
    broken.push(`Member must satisfy regular expression pattern: ${pattern.text}`);
  }
  return broken;
}

/** How AWS shows a list in a problem. */
export function listText(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}

function wrongType(name: string, expected: string): AwsError {
  return new AwsError(400, 'SerializationException', {
    message: `The member ${name} is not ${expected}`,
  });
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
