import { type Fixture, functionsOf } from '../fixtures/fixture.ts';
import type { CallableFunction } from '../fixtures/function-alias.ts';
import type { InvalidFixture } from '../fixtures/load-fixtures.ts';

/** A fixture and one function that it is run with: a fixture for several functions is as many cases. */
export type RunnableCase = {
  /** The fixture's. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly functionName: string;
  readonly fixture: Fixture;
};

/** A fixture that cannot be run: it fails, so that no run is green without it. */
export type BrokenCase = {
  readonly name: string;
  readonly file: string;
  readonly problem: string;
};

export type SmokeCase = RunnableCase | BrokenCase;

/** The cases of fixtures, in the order of these. */
export function casesOf(
  fixtures: readonly (Fixture | InvalidFixture)[],
  functions: readonly CallableFunction[],
): readonly SmokeCase[] {
  return fixtures.flatMap((fixture): readonly SmokeCase[] => {
    const { name, file } = fixture;
    if ('problem' in fixture) return [{ name, file, problem: fixture.problem }];
    const names = functionsOf(fixture, functions);
    if (names.length === 0) return [{ name, file, problem: noFunction(fixture, functions) }];
    return names.map((functionName) => ({ name, file, functionName, fixture }));
  });
}

function noFunction({ name, functionName }: Fixture, functions: readonly CallableFunction[]): string {
  const meant =
    functionName === undefined
      ? `a function called as the first folder of ${name}, or "function" in the file`
      : `a function that "${functionName}" fits`;
  return `Expected ${meant}, found none. There are: ${functions.map((one) => one.name).join(', ')}.`;
}
