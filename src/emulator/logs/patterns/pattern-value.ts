import { type PatternRegex, parsePatternRegex } from './pattern-regex.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What a value is compared with: a number, a text in which `*` stands for anything, or a regular expression. */
export type PatternValue =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'text'; readonly parts: readonly string[] }
  | { readonly kind: 'regex'; readonly regex: PatternRegex };

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export function numberValue(text: string): PatternValue | undefined {
  return NUMBER.test(text) ? { kind: 'number', number: Number(text) } : undefined;
}

/** `web-*` */
export function textValue(text: string): PatternValue {
  return { kind: 'text', parts: text.split('*') };
}

export function regexValue(source: string): PatternValue {
  return { kind: 'regex', regex: parsePatternRegex(source) };
}

/** How a word of a message compares; `found` is a number where the pattern compares numbers, and it is one. */
export function compares(found: string, comparison: Comparison, value: PatternValue): boolean {
  if (value.kind !== 'number') {
    const equal = value.kind === 'text' ? fitsParts(found, value.parts) : value.regex.test(found);
    return comparison === '=' ? equal : comparison === '!=' && !equal;
  }
  if (!NUMBER.test(found)) return comparison === '!=';
  const number = Number(found);
  switch (comparison) {
    case '=':
      return number === value.number;
    case '!=':
      return number !== value.number;
    case '<':
      return number < value.number;
    case '<=':
      return number <= value.number;
    case '>':
      return number > value.number;
    case '>=':
      return number >= value.number;
  }
}

/** Each star takes as little as it can, so that the time is linear in the text whatever the pattern. */
function fitsParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let end = first.length;
  for (const part of rest) {
    const start = text.indexOf(part, end);
    if (start < 0) return false;
    end = start + part.length;
  }
  return text.length - end >= last.length && text.endsWith(last);
}
