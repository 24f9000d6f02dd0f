/** Where a query's characters are in a text, and how well they fit: higher is better. */
export type FuzzyMatch = { readonly score: number; readonly positions: readonly number[] };

const WORD_START = 8;
const NEXT_TO_IT = 5;

/**
 * All characters of the query in their order, not necessarily side by side; case does not count. Beginnings of words and
 * neighbours weigh most, so `sf` finds `save as fixture` before `transform`. Undefined: it does not fit.
 */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const lower = text.toLowerCase();
  if (wanted === '') return { score: 0, positions: [] };
  // From each place where the first character is, greedily: texts are labels, so there are few of them.
  let best: FuzzyMatch | undefined;
  for (
    let start = lower.indexOf(wanted.charAt(0));
    start !== -1;
    start = lower.indexOf(wanted.charAt(0), start + 1)
  ) {
    // A jump to the beginning of a word may leave too little behind it.
    const found = matchFrom(wanted, lower, start, true) ?? matchFrom(wanted, lower, start, false);
    if (found === undefined) break;
    if (best === undefined || found.score > best.score) best = found;
  }
  return best;
}

function matchFrom(wanted: string, text: string, start: number, jumps: boolean): FuzzyMatch | undefined {
  const positions: number[] = [];
  // Of texts that fit alike, the shorter one is meant.
  let score = -text.length / 100;
  let from = start;
  for (const character of wanted) {
    const position = jumps ? placeOf(character, text, from, positions.at(-1)) : text.indexOf(character, from);
    if (position === -1) return undefined;
    if (position === (positions.at(-1) ?? Number.NaN) + 1) score += NEXT_TO_IT;
    if (startsWord(text, position)) score += WORD_START;
    // A gap costs a little, so that what stands together comes first.
    score -= (position - from) / 10;
    positions.push(position);
    from = position + character.length;
  }
  return { score, positions };
}

/** The next one, or a later one that begins a word, unless it goes on right here. */
function placeOf(character: string, text: string, from: number, before: number | undefined): number {
  const next = text.indexOf(character, from);
  if (next === -1 || next === (before ?? Number.NaN) + 1 || startsWord(text, next)) return next;
  for (let later = next; later !== -1; later = text.indexOf(character, later + 1)) {
    if (startsWord(text, later)) return later;
  }
  return next;
}

function startsWord(text: string, position: number): boolean {
  return position === 0 || /[\s\-_/.:]/.test(text.charAt(position - 1));
}
