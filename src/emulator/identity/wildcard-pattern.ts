/** What a policy variable stands for in this request; undefined where the request has no such key. */
export type Variables = (name: string) => string | undefined;

export type PatternOptions = {
  /** Policy variables are replaced: since policy version 2012-10-17. */
  readonly variables: boolean;
  /** `*` and `?` are more than characters. @default true */
  readonly wildcards?: boolean;
};

/** UTF-16 code units of literal text, and the two wildcards. */
type Unit = number;
const ANY_RUN: Unit = -1;
const ANY_ONE: Unit = -2;

type Piece =
  | { readonly type: 'units'; readonly units: readonly Unit[] }
  | { readonly type: 'variable'; readonly name: string; readonly otherwise: string | undefined };

// ${aws:username}, ${aws:username, 'anonymous'}, and ${*} ${?} ${$} for the characters themselves.
const VARIABLE = /\$\{(?:([*?$])|([^{},]+?)(?:,\s*'([^']*)')?)\}/g;

/**
 * A text of an IAM policy with `*` (any characters, slashes and colons too) and `?` (exactly one).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export class WildcardPattern {
  readonly #pieces: readonly Piece[];
  /** All of the pattern, where nothing in it depends on the request. */
  readonly #fixed: readonly Unit[] | undefined;

  constructor(pattern: string, options: PatternOptions) {
    const unitsOf = options.wildcards === false ? literalUnits : wildcardUnits;
    this.#pieces = options.variables ? parse(pattern, unitsOf) : [{ type: 'units', units: unitsOf(pattern) }];
    this.#fixed = this.#pieces.every(({ type }) => type === 'units') ? expand(this.#pieces, none) : undefined;
  }

  /** A variable that has no value here matches nothing. Wildcards in its value are plain characters. */
  matches(text: string, variables: Variables = none): boolean {
    const units = this.#fixed ?? expand(this.#pieces, variables);
    return units !== undefined && matchUnits(units, text);
  }
}

const none: Variables = () => undefined;

function parse(pattern: string, unitsOf: (text: string) => readonly Unit[]): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: whole, 1: character, 2: name, 3: otherwise, index } of pattern.matchAll(VARIABLE)) {
    pieces.push({ type: 'units', units: unitsOf(pattern.slice(end, index)) });
    if (character !== undefined) pieces.push({ type: 'units', units: literalUnits(character) });
    else if (name !== undefined) pieces.push({ type: 'variable', name: name.trim(), otherwise });
    end = index + whole.length;
  }
  pieces.push({ type: 'units', units: unitsOf(pattern.slice(end)) });
  return pieces;
}

function wildcardUnits(pattern: string): Unit[] {
  return literalUnits(pattern).map((unit, index) => {
    if (pattern[index] === '*') return ANY_RUN;
    return pattern[index] === '?' ? ANY_ONE : unit;
  });
}

function literalUnits(text: string): Unit[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

function expand(pieces: readonly Piece[], variables: Variables): readonly Unit[] | undefined {
  const units: Unit[] = [];
  for (const piece of pieces) {
    if (piece.type === 'units') {
      units.push(...piece.units);
      continue;
    }
    const value = variables(piece.name) ?? piece.otherwise;
    if (value === undefined) return undefined;
    units.push(...literalUnits(value));
  }
  return units;
}

/** Goes back to the last `*` only, so its cost is bounded by the product of both lengths; a regular expression's is not. */
function matchUnits(pattern: readonly Unit[], text: string): boolean {
  let at = 0;
  let read = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (read < text.length) {
    const unit = pattern[at];
    if (unit === ANY_RUN) {
      lastRun = at;
      runEnd = read;
      at += 1;
    } else if (unit === ANY_ONE || unit === text.charCodeAt(read)) {
      at += 1;
      read += 1;
    } else if (lastRun >= 0) {
      at = lastRun + 1;
      runEnd += 1;
      read = runEnd;
    } else {
      return false;
    }
  }
  while (pattern[at] === ANY_RUN) at += 1;
  return at === pattern.length;
}
