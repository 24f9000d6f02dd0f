import { resolve, sep } from 'node:path';
import { globPattern } from '../fixtures/glob-pattern.ts';
import type { SmokeCase } from './smoke-case.ts';

/** A part of all cases, so that several machines share the work: the first of three is `{ index: 1, count: 3 }`. */
export type Shard = { readonly index: number; readonly count: number };

export type Selection = {
  readonly cases: readonly SmokeCase[];
  /** Patterns that no case fits. */
  readonly unmatched: readonly string[];
};

/**
 * The cases that a pattern fits: the name of a fixture (`orders/create`), a folder of them (`orders`), either with `*` for
 * anything, a path to one on disk, as a shell completes it, or the name of a function. No pattern means all.
 */
export function selectCases(
  cases: readonly SmokeCase[],
  patterns: readonly string[],
  directory: string,
): Selection {
  if (patterns.length === 0) return { cases, unmatched: [] };
  const fits = patterns.map((pattern) => patternFits(pattern, directory));
  return {
    cases: cases.filter((one) => fits.some((isMeant) => isMeant(one))),
    unmatched: patterns.filter((_, index) => !cases.some((one) => fits[index]?.(one))),
  };
}

/** Neighbours stay together, because they share a function; the sizes of all shards differ by one at most. */
export function shardOf(cases: readonly SmokeCase[], { index, count }: Shard): readonly SmokeCase[] {
  const start = (part: number): number => Math.floor((part * cases.length) / count);
  return cases.slice(start(index - 1), start(index));
}

function patternFits(pattern: string, directory: string): (one: SmokeCase) => boolean {
  // As a variable that is not set: it would be the path of the working folder, and so everything.
  if (pattern.trim() === '') return () => false;
  const written = pattern.replace(/\.json$/, '').replace(/\/+$/, '');
  const path = resolve(directory, pattern);
  const glob = globPattern(written);
  return (one) =>
    glob.test(one.name) ||
    one.name.startsWith(`${written}/`) ||
    one.file === path ||
    one.file.startsWith(path + sep) ||
    ('functionName' in one && glob.test(one.functionName));
}
