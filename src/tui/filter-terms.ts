import type { Message } from './screen.ts';

/** What a term can be about, besides any text: `fn:orders`. */
export type FilterScope = 'fn' | 'status' | 'source';

export type FilterTerm<Known extends FilterScope> = {
  readonly scope: Known | 'text';
  /** As it was typed, without what stands around it. */
  readonly text: string;
  /** Finds the text in whatever case. */
  readonly pattern: RegExp;
  /** `-` before it: what has it is left out. */
  readonly not: boolean;
};

export type FilterTerms<Known extends FilterScope> = {
  /** All of them have to fit. */
  readonly terms: readonly FilterTerm<Known>[];
  /** Scopes that were typed of which the screen knows nothing: their terms are not among these. */
  readonly unknown: readonly FilterScope[];
};

const TERM = /(-)?(?:(fn|status|source):)?(?:"([^"]*)"?|(\S*))/gi;

/**
 * The one language of all filters. Terms stand between spaces: a text, or `fn:`, `status:`, `source:` and a text. Quotes
 * keep spaces together, a minus turns a term round; one that has no text yet is none. `known`: what the rows can tell.
 */
export function filterTerms<Known extends FilterScope>(
  query: string,
  known: readonly Known[],
): FilterTerms<Known> {
  const terms: FilterTerm<Known>[] = [];
  const unknown = new Set<FilterScope>();
  for (const [, minus, typed, quoted, word] of query.matchAll(TERM)) {
    const text = quoted ?? word ?? '';
    if (text === '') continue;
    const named = typed?.toLowerCase();
    const scope = named === undefined ? 'text' : known.find((one) => one === named);
    if (scope !== undefined) terms.push({ scope, text, pattern: patternOf(text), not: minus !== undefined });
    else if (named === 'fn' || named === 'status' || named === 'source') unknown.add(named);
  }
  return { terms, unknown: [...unknown] };
}

/** What stands behind a filter while it is typed: how many fit, and what of it was left out. */
export function filterNote(shown: number, all: number, unknown: readonly FilterScope[]): string {
  const count = `${shown}/${all}`;
  return unknown.length === 0 ? count : `${count}, ${leftOutText(unknown)}`;
}

/** What is said once the filter is accepted; nothing where all of it is known. */
export function filterMessage(unknown: readonly FilterScope[]): { readonly message?: Message } {
  if (unknown.length === 0) return {};
  return { message: { text: `Filtered ${leftOutText(unknown)}.`, token: 'warning' } };
}

function leftOutText(unknown: readonly FilterScope[]): string {
  const scopes = unknown.map((scope) => `${scope}:`).join(' and ');
  return `without ${scopes}, ${unknown.length === 1 ? 'which is' : 'which are'} not known here`;
}

function patternOf(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
}
