import type { CaseResult, Totals } from '../case-result.ts';
import type { Shard } from '../select-cases.ts';

/** What is known before the first case runs. */
export type RunFacts = {
  readonly total: number;
  /** How many cases each function has; `undefined` stands for those that are for none. */
  readonly functions: ReadonlyMap<string | undefined, number>;
  readonly shard?: Shard;
  /** Epoch milliseconds. */
  readonly startedAt: number;
};

export type RunSummary = RunFacts & {
  readonly totals: Totals;
  readonly durationMs: number;
  /** It was ended from outside: what is skipped might have failed. */
  readonly interrupted: boolean;
  /** In the order of the fixtures' names. */
  readonly results: readonly CaseResult[];
};

/** Shows one run. Nothing in it throws for what a function, its logs or a fixture's name contains. */
export type Reporter = {
  begin?(facts: RunFacts): void;
  /** As cases end, in any order. */
  result?(result: CaseResult): void;
  end(summary: RunSummary): void;
};

export type ReporterOptions = {
  readonly write: (text: string) => void;
  /** A file as a reader of the report finds it: relative, with `/`. */
  readonly fileText: (file: string) => string;
};
