import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { Mismatch } from '../fixtures/expect/mismatch.ts';
import { printable } from '../session/printable.ts';
import type { SourceLocation } from '../session/source-location.ts';
import type { WorldInvocation } from './world.ts';

/** Where the developer's own code was when it failed, and the lines around it. */
export type CodeFrame = {
  readonly location: SourceLocation;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
};

/** What became of a case. */
export type CaseResult = {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** Undefined of a fixture that could not be run. */
  readonly functionName: string | undefined;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** How often it ran: more than once where it was tried again. */
  readonly attempts: number;
  /** Of the last attempt, as the caller of the function saw it. */
  readonly durationMs: number;
  /** Why it failed before there was anything to compare. */
  readonly problem?: string;
  /** What was not as expected. */
  readonly mismatches: readonly Mismatch[];
  /** Of a failure: what the function did. */
  readonly observed?: WorldInvocation;
  /** What was expected, where that was more than an answer without an error. */
  readonly expectation?: Expectation;
  readonly frame?: CodeFrame;
  /** What it does now was written into its fixture as expected. */
  readonly updated: boolean;
};

export type Totals = {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Passed, but not at the first attempt. */
  readonly flaky: number;
  readonly updated: number;
};

export function totalsOf(results: readonly CaseResult[]): Totals {
  const count = (fits: (result: CaseResult) => boolean): number => results.filter(fits).length;
  return {
    total: results.length,
    passed: count(({ status }) => status === 'passed'),
    failed: count(({ status }) => status === 'failed'),
    skipped: count(({ status }) => status === 'skipped'),
    flaky: count(isFlaky),
    updated: count(({ updated }) => updated),
  };
}

export function isFlaky({ status, attempts }: CaseResult): boolean {
  return status === 'passed' && attempts > 1;
}

/** `orders/create (Orders-Api)`: which fixture, with which function. One printable line, whatever a file is called. */
export function caseTitle({ name, functionName }: Pick<CaseResult, 'name' | 'functionName'>): string {
  return printable(functionName === undefined ? name : `${name} (${functionName})`);
}
