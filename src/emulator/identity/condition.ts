import type { ConditionBlock, ConditionValue } from './policy-document.ts';
import { type PatternOptions, type Variables, WildcardPattern } from './wildcard-pattern.ts';

/** Whether one value of the policy fits the value of the request. */
type Comparison = (value: string, options: PatternOptions) => ValueTest;
type ValueTest = (actual: string, variables: Variables) => boolean;

type Operator = { readonly compare: Comparison; readonly negated: boolean };

const pattern: Comparison = (value, options) => {
  const compiled = new WildcardPattern(value, options);
  return (actual, variables) => compiled.matches(actual, variables);
};

const exact: Comparison = (value, options) => pattern(value, { ...options, wildcards: false });

const exactIgnoringCase: Comparison = (value, options) => {
  const test = exact(value.toLowerCase(), options);
  return (actual, variables) => test(actual.toLowerCase(), (name) => variables(name)?.toLowerCase());
};

/** The colon in `${aws:PrincipalAccount}` parts nothing. */
const OUTSIDE_VARIABLES = /:(?![^{}]*\})/;

/** The first five parts are matched one by one: there a `*` ends at the colon. */
const arn: Comparison = (value, options) => {
  const parts = arnParts(value, OUTSIDE_VARIABLES).map((part) => pattern(part, options));
  return (actual, variables) => {
    const found = arnParts(actual);
    return found.length === parts.length && parts.every((part, index) => part(found[index] ?? '', variables));
  };
};

const bool: Comparison = (value) => (actual) => actual.toLowerCase() === value.toLowerCase();

function numeric(compare: (actual: number, value: number) => boolean): Comparison {
  return (value) => (actual) => compare(Number(actual), Number(value));
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: exact, negated: false },
  StringNotEquals: { compare: exact, negated: true },
  StringEqualsIgnoreCase: { compare: exactIgnoringCase, negated: false },
  StringNotEqualsIgnoreCase: { compare: exactIgnoringCase, negated: true },
  StringLike: { compare: pattern, negated: false },
  StringNotLike: { compare: pattern, negated: true },
  // IAM treats the two alike: ArnEquals takes wildcards as well.
  ArnEquals: { compare: arn, negated: false },
  ArnLike: { compare: arn, negated: false },
  ArnNotEquals: { compare: arn, negated: true },
  ArnNotLike: { compare: arn, negated: true },
  Bool: { compare: bool, negated: false },
  NumericEquals: { compare: numeric((actual, value) => actual === value), negated: false },
  NumericNotEquals: { compare: numeric((actual, value) => actual === value), negated: true },
  NumericLessThan: { compare: numeric((actual, value) => actual < value), negated: false },
  NumericLessThanEquals: { compare: numeric((actual, value) => actual <= value), negated: false },
  NumericGreaterThan: { compare: numeric((actual, value) => actual > value), negated: false },
  NumericGreaterThanEquals: { compare: numeric((actual, value) => actual >= value), negated: false },
};

const IF_EXISTS = /IfExists$/;

export function isConditionOperator(name: string): boolean {
  return name === 'Null' || Object.hasOwn(OPERATORS, name.replace(IF_EXISTS, ''));
}

/** Whether the request meets all conditions of a statement; undefined where an operator is unknown. */
export type Condition = (context: Variables) => boolean | undefined;

export function compileCondition(block: ConditionBlock, options: { readonly variables: boolean }): Condition {
  const tests = Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileTest(operator, key, texts(values), options)),
  );
  if (tests.some((test) => test === undefined)) return () => undefined;
  return (context) => tests.every((test) => test?.(context));
}

function compileTest(
  name: string,
  key: string,
  values: readonly string[],
  options: PatternOptions,
): ((context: Variables) => boolean) | undefined {
  if (name === 'Null') {
    return (context) =>
      values.some((value) => (context(key) === undefined) === (value.toLowerCase() === 'true'));
  }
  const operator = OPERATORS[name.replace(IF_EXISTS, '')];
  if (operator === undefined) return undefined;
  const tests = values.map((value) => operator.compare(value, options));
  // A key that the request does not have fits no value: that is what a negated operator asks for.
  const withoutKey = operator.negated || IF_EXISTS.test(name);
  return (context) => {
    const actual = context(key);
    if (actual === undefined) return withoutKey;
    return tests.some((test) => test(actual, context)) !== operator.negated;
  };
}

function texts(values: ConditionValue | readonly ConditionValue[]): readonly string[] {
  return [values].flat().map(String);
}

/** The sixth part has all that is left, colons too. */
function arnParts(text: string, border: string | RegExp = ':'): readonly string[] {
  const parts = text.split(border);
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
