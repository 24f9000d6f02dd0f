import { setTimeout as delay } from 'node:timers/promises';
import type { CaseResult } from './case-result.ts';
import { RenewedWorld } from './renewed-world.ts';
import { broken, type CaseOptions, problemText, runCase, skipped } from './run-case.ts';
import { SharedFixtures } from './shared-fixtures.ts';
import type { RunnableCase, SmokeCase } from './smoke-case.ts';
import type { StartWorld, World } from './world.ts';

/** A process boots and loads in less, and answers some hundreds of events. */
const WIDEN_AFTER_MS = 300;

export type RunOptions = CaseOptions & {
  readonly startWorld: StartWorld;
  /** How many invocations run at once, of all functions together. */
  readonly concurrency: number;
  /** How many functions have their worlds at once. */
  readonly worlds: number;
  /** So long a function's cases run one by one, in one process: for a few of them a second one costs more than it saves. @default 300 */
  readonly widenAfterMs?: number;
  /** After so many failures nothing more is begun. @default never */
  readonly bail?: number;
  /** Ends the run: what has not ended is skipped. */
  readonly signal: AbortSignal;
  /** Called for each case as it ends. */
  readonly onResult?: (result: CaseResult) => void;
};

/**
 * Runs cases, each function's in a world of its own, several worlds at once. Gives a result for each, in their order.
 * What invokes, publishes or sends is compared alone: a fixture that expects calls shares its world with no other while it
 * runs. A fixture that several functions share is told of when all of them have run: one may change what is expected.
 */
export async function runCases(
  cases: readonly SmokeCase[],
  options: RunOptions,
): Promise<readonly CaseResult[]> {
  const run = new Run(options, cases);
  const runnable: RunnableCase[] = [];
  for (const one of cases) {
    if ('problem' in one) run.end(one, broken(one, one.problem));
    else runnable.push(one);
  }
  const groups = [...Map.groupBy(runnable, ({ functionName }) => functionName)];
  const worlds = Math.max(1, Math.min(options.worlds, options.concurrency, groups.length));
  const width = Math.max(1, Math.floor(options.concurrency / worlds));
  await eachOf(groups, worlds, ([functionName, group]) => run.group(functionName, group, width));
  return cases.map((one) => run.resultOf(one));
}

class Run {
  readonly #options: RunOptions;
  readonly #results = new Map<SmokeCase, CaseResult>();
  readonly #shared: SharedFixtures | undefined;
  #failures = 0;

  constructor(options: RunOptions, cases: readonly SmokeCase[]) {
    if (options.update !== undefined) this.#shared = new SharedFixtures(cases);
    this.#options = {
      ...options,
      onObserved: (one, observed) => {
        this.#shared?.observe(one, observed);
        options.onObserved?.(one, observed);
      },
    };
  }

  resultOf(one: SmokeCase): CaseResult {
    return this.#results.get(one) ?? skipped(one);
  }

  end(one: SmokeCase, result: CaseResult): void {
    if (result.status === 'failed') this.#failures += 1;
    this.#results.set(one, result);
    for (const [ended, final] of this.#shared?.end(one, result) ?? [[one, result]]) {
      if (final.status === 'failed' && this.#results.get(ended)?.status !== 'failed') this.#failures += 1;
      this.#results.set(ended, final);
      this.#options.onResult?.(final);
    }
  }

  async group(functionName: string, cases: readonly RunnableCase[], width: number): Promise<void> {
    const world = this.#isOver() ? undefined : await this.#start(functionName, cases);
    if (world === undefined) {
      for (const one of cases) if (!this.#results.has(one)) this.end(one, skipped(one));
      return;
    }
    try {
      // First those that must be alone: what others caused could come late.
      const { exactly = [], alone = [], together = [] } = Object.groupBy(cases, companyOf);
      for (const one of [...exactly, ...alone]) await this.#run(one, world);
      const { widenAfterMs = WIDEN_AFTER_MS } = this.#options;
      await eachOf(together, width, (one) => this.#run(one, world), widenAfterMs);
    } finally {
      await world.close();
    }
  }

  async #start(functionName: string, cases: readonly RunnableCase[]): Promise<World | undefined> {
    const { startWorld, signal } = this.#options;
    try {
      return await RenewedWorld.start(startWorld, functionName, signal);
    } catch (error) {
      if (!signal.aborted) for (const one of cases) this.end(one, broken(one, problemText(error)));
      return undefined;
    }
  }

  async #run(one: RunnableCase, world: World): Promise<void> {
    const result = this.#isOver()
      ? skipped(one)
      : await runCase(one, world, this.#options, this.#options.signal);
    this.end(one, result);
  }

  #isOver(): boolean {
    const { signal, bail } = this.#options;
    return signal.aborted || (bail !== undefined && this.#failures >= bail);
  }
}

function companyOf({ fixture }: RunnableCase): 'exactly' | 'alone' | 'together' {
  const { calls, callsExactly = false } = fixture.expect ?? {};
  if (callsExactly) return 'exactly';
  return calls === undefined ? 'together' : 'alone';
}

/** At most `width` at a time, begun in order; only one at a time for as long as is said. */
async function eachOf<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
  widenAfterMs = 0,
): Promise<void> {
  const waiting = items.values();
  const widening = new AbortController();
  const lanes = Array.from({ length: Math.min(width, items.length) }, async (_, index) => {
    if (index > 0 && widenAfterMs > 0) await passed(widenAfterMs, widening.signal);
    for (const item of waiting) await work(item);
    // There is nothing left to do for those that wait.
    widening.abort();
  });
  // All of them have ended before the first failure is told.
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
}

/** Also when it is aborted. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
