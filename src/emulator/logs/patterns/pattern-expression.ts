import { patternError } from './pattern-error.ts';
import type { PatternTokens } from './pattern-tokens.ts';
import { type Comparison, numberValue, type PatternValue, regexValue, textValue } from './pattern-value.ts';

type Test<T> = (value: T) => boolean;

/** A pattern has 1,024 characters; this bounds the stack, too. */
const DEEPEST = 50;

const COMPARISONS: readonly string[] = ['=', '!=', '<', '<=', '>', '>='] satisfies Comparison[];

/** Conditions with `&&`, which binds closer, `||` and parentheses. */
export function parseExpression<T>(
  tokens: PatternTokens,
  parseCondition: (tokens: PatternTokens) => Test<T>,
  depth = 0,
): Test<T> {
  if (depth > DEEPEST) throw patternError('too many parentheses');
  const alternatives: Test<T>[] = [];
  do {
    const together: Test<T>[] = [];
    do together.push(parseOperand(tokens, parseCondition, depth));
    while (tokens.takes('&&'));
    alternatives.push((value) => together.every((test) => test(value)));
  } while (tokens.takes('||'));
  return (value) => alternatives.some((test) => test(value));
}

function parseOperand<T>(
  tokens: PatternTokens,
  parseCondition: (tokens: PatternTokens) => Test<T>,
  depth: number,
): Test<T> {
  if (!tokens.takes('(')) return parseCondition(tokens);
  const inner = parseExpression(tokens, parseCondition, depth + 1);
  if (!tokens.takes(')')) throw patternError('a parenthesis is not closed');
  return inner;
}

/** `= 4*`, `>= 10`, `!= "text"`, `= %regex%`; undefined where no comparison follows. */
export function parseComparison(
  tokens: PatternTokens,
): { readonly comparison: Comparison; readonly value: PatternValue } | undefined {
  const sign = tokens.peek();
  if (sign === undefined || !isComparison(sign.text) || sign.kind !== 'sign') return undefined;
  tokens.take();
  const comparison = sign.text;
  const token = tokens.take();
  if (token.kind === 'sign') throw patternError(`a value is expected after ${comparison}`);
  const number = token.kind === 'word' ? numberValue(token.text) : undefined;
  const value = number ?? (token.kind === 'regex' ? regexValue(token.text) : textValue(token.text));
  if (value.kind !== 'number' && comparison !== '=' && comparison !== '!=') {
    throw patternError(`${comparison} compares numbers, found ${token.text.slice(0, 50)}`);
  }
  return { comparison, value };
}

function isComparison(text: string): text is Comparison {
  return COMPARISONS.includes(text);
}
