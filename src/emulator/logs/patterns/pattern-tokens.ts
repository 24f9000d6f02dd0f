import { patternError } from './pattern-error.ts';

export type PatternToken =
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'regex'; readonly text: string };

const TOKEN =
  /\s*(?:(?<sign>&&|\|\||!=|<=|>=|[=<>(),])|"(?<quoted>(?:[^"\\]|\\.)*)"|%(?<regex>(?:[^%\\]|\\.)+)%|(?<word>[^\s"%=<>!(),&|]+))/y;

/** The words and signs of a pattern for JSON or for columns, one after the other. */
export class PatternTokens {
  readonly #tokens: readonly PatternToken[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text.trimEnd());
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(): PatternToken | undefined {
    return this.#tokens[this.#next];
  }

  /** @throws AwsError at the end */
  take(): PatternToken {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw patternError('it ends too early');
    this.#next += 1;
    return token;
  }

  /** Takes the next token where it is this sign, or this word in any case. */
  takes(text: string): boolean {
    const token = this.peek();
    if (token === undefined || token.kind === 'quoted' || token.kind === 'regex') return false;
    if (token.text.toUpperCase() !== text) return false;
    this.#next += 1;
    return true;
  }
}

function tokensOf(text: string): readonly PatternToken[] {
  const tokens: PatternToken[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw patternError(`unexpected "${text.slice(start, start + 50)}"`);
    const { sign, quoted, regex, word } = groups;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'quoted', text: (quoted ?? '').replace(/\\(.)/g, '$1') });
  }
  return tokens;
}
