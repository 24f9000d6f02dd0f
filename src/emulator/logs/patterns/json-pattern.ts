import { parseSelector } from './json-selector.ts';
import { patternError } from './pattern-error.ts';
import { parseComparison, parseExpression } from './pattern-expression.ts';
import { PatternTokens } from './pattern-tokens.ts';
import { compares } from './pattern-value.ts';

/** `{ ($.level = "error" && $.status >= 500) || $.user.id NOT EXISTS }`; what is no JSON object does not match. */
export function parseJsonPattern(pattern: string): (message: string) => boolean {
  if (!pattern.endsWith('}')) throw patternError('expected } at its end');
  const tokens = new PatternTokens(pattern.slice(1, -1));
  const test = parseExpression(tokens, parseCondition);
  const left = tokens.peek();
  if (left !== undefined) throw patternError(`unexpected "${left.text.slice(0, 50)}"`);
  return (message) => {
    const value = parseObject(message);
    return value !== undefined && test(value);
  };
}

function parseCondition(tokens: PatternTokens): (message: object) => boolean {
  const token = tokens.take();
  if (token.kind !== 'word') throw patternError(`expected $.name, found ${token.text.slice(0, 50)}`);
  const select = parseSelector(token.text);
  if (tokens.takes('IS')) {
    const expected = parseConstant(tokens);
    return (message) => select(message).some((found) => found === expected);
  }
  if (tokens.takes('NOT')) {
    if (!tokens.takes('EXISTS')) throw patternError('expected EXISTS after NOT');
    return (message) => select(message).length === 0;
  }
  if (tokens.takes('EXISTS')) return (message) => select(message).length > 0;
  const compared = parseComparison(tokens);
  if (compared === undefined) throw patternError(`expected a comparison after ${token.text.slice(0, 50)}`);
  const { comparison, value } = compared;
  return (message) =>
    select(message).some((found) => {
      const text = textOf(found);
      return text !== undefined && compares(text, comparison, value);
    });
}

function parseConstant(tokens: PatternTokens): boolean | null {
  if (tokens.takes('TRUE')) return true;
  if (tokens.takes('FALSE')) return false;
  if (tokens.takes('NULL')) return null;
  throw patternError('expected TRUE, FALSE or NULL after IS');
}

/** Undefined: lists and objects are compared with nothing; to write them anew may take more stack than there is. */
function textOf(found: unknown): string | undefined {
  return typeof found === 'object' && found !== null ? undefined : String(found);
}

function parseObject(message: string): object | undefined {
  // Most lines of a log are none: an exception for each would cost more than the search.
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A line that only begins like JSON matches no JSON pattern.
    return undefined;
  }
}
