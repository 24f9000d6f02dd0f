import { checkExpectation } from '../fixtures/expect/check-expectation.ts';
import type { CaseResult } from './case-result.ts';
import type { SmokeCase } from './smoke-case.ts';
import type { WorldInvocation } from './world.ts';

type Ended = readonly [one: SmokeCase, result: CaseResult];

/**
 * Fixtures that are for several functions, in a run that may change what they expect: a function that was as expected before
 * another one's answer was written is judged by what its fixture says now.
 */
export class SharedFixtures {
  /** The cases of each such file. */
  readonly #counts = new Map<string, number>();
  readonly #ended = new Map<string, Ended[]>();
  readonly #observed = new Map<SmokeCase, WorldInvocation>();

  constructor(cases: readonly SmokeCase[]) {
    for (const [file, { length }] of Map.groupBy(cases, (one) => one.file)) {
      if (length > 1) this.#counts.set(file, length);
    }
  }

  observe(one: SmokeCase, observed: WorldInvocation): void {
    if (this.#counts.has(one.file)) this.#observed.set(one, observed);
  }

  /** The results that are final by now. */
  end(one: SmokeCase, result: CaseResult): readonly Ended[] {
    const count = this.#counts.get(one.file);
    if (count === undefined) return [[one, result]];
    const ended = [...(this.#ended.get(one.file) ?? []), [one, result] as const];
    this.#ended.set(one.file, ended);
    return ended.length < count ? [] : ended.map((each) => this.#judged(each, ended));
  }

  #judged(each: Ended, all: readonly Ended[]): Ended {
    const [one, result] = each;
    const observed = this.#observed.get(one);
    const writer = all.map(([, other]) => other).find(({ updated }) => updated);
    if (writer === undefined || observed === undefined || result.status !== 'passed') return each;
    const mismatches = checkExpectation(writer.expectation, observed);
    if (mismatches.length === 0) return each;
    const problem = `Its fixture was written anew: it expects what ${writer.functionName} does now.`;
    const { expectation = {} } = writer;
    return [one, { ...result, status: 'failed', mismatches, observed, expectation, problem }];
  }
}
