import type { CaseResult, Totals } from '../case-result.ts';
import type { Shard } from '../select-cases.ts';

/** What is known before the first case runs. */
export type RunFacts = {
  readonly total: number;
  /** How many functions the cases are for. */
  readonly functions: number;
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
