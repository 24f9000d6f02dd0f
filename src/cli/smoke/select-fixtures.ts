import { didYouMean } from '../../checks/near-miss.ts';
import { LlxError } from '../../errors/llx-error.ts';
import { listFixtures, readFixtures } from '../../fixtures/load-fixtures.ts';
import { type Selection, type Shard, selectCases, shardOf } from '../../smoke/select-cases.ts';
import { casesOf, type SmokeCase } from '../../smoke/smoke-case.ts';
import type { Configuration } from '../configuration.ts';

export type SelectionFlags = {
  readonly patterns: readonly string[];
  readonly shard?: Shard;
  /** That the patterns are relative to, where they are paths. */
  readonly directory: string;
};

/**
 * The cases of a project that are meant: none in a part of some, and never none of all.
 *
 * @throws LlxError LLX_FIXTURES_MISSING where the project has none, LLX_FIXTURE_UNKNOWN for a pattern that none fits.
 */
export async function selectFixtures(
  { fixtureDirectory, functions }: Configuration,
  { patterns, shard, directory }: SelectionFlags,
): Promise<readonly SmokeCase[]> {
  const all = casesOf(await readFixtures(await listFixtures([fixtureDirectory])), functions);
  if (all.length === 0) throw noFixtures(fixtureDirectory);
  const selection = selectCases(all, patterns, directory);
  refuseUnmatched(selection, all, fixtureDirectory);
  return shard === undefined ? selection.cases : shardOf(selection.cases, shard);
}

function noFixtures(directory: string): LlxError {
  return new LlxError('LLX_FIXTURES_MISSING', {
    message: `Expected fixtures in ${directory}, found none.`,
    mend: 'Write one, or record what happens: llx dev --record',
  });
}

/** One that is misspelt would leave its cases out of every run from then on. */
function refuseUnmatched({ unmatched }: Selection, all: readonly SmokeCase[], directory: string): void {
  const [first] = unmatched;
  if (first === undefined) return;
  const names = [...new Set(all.map(({ name }) => name))];
  throw new LlxError('LLX_FIXTURE_UNKNOWN', {
    message: `Expected a fixture of ${directory} that ${JSON.stringify(first)} fits, found none.${didYouMean(first, names)}`,
    mend: 'llx fixtures list',
  });
}
