import { isLlxError } from '../errors/llx-error.ts';
import { checkExpectation } from '../fixtures/expect/check-expectation.ts';
import { compareCalls } from '../fixtures/expect/compare-calls.ts';
import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { ObservedCall } from '../fixtures/expect/observed.ts';
import type { CaseResult, CodeFrame } from './case-result.ts';
import type { ExpectationUpdate } from './expectation-writer.ts';
import type { RunnableCase, SmokeCase } from './smoke-case.ts';
import type { World, WorldInvocation, WorldInvokeOptions } from './world.ts';

/** How each case is run. */
export type CaseOptions = {
  /** How often a case that fails is tried again. */
  readonly retries: number;
  /** How long one attempt may take, the wait for its build and its process included. */
  readonly timeoutMs: number;
  /** Where the fixture says nothing else. */
  readonly clock?: string;
  readonly seed?: number;
  /** Writes what the function does now into the fixture. */
  readonly update?: (one: RunnableCase, observed: WorldInvocation) => Promise<ExpectationUpdate>;
  /** Told of each case that ran to its end, whatever became of it. */
  readonly onObserved?: (one: RunnableCase, observed: WorldInvocation) => void;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  /** The developer's code that a failure came from. */
  readonly frameOf?: (observed: WorldInvocation, functionName: string) => Promise<CodeFrame | undefined>;
};

type Attempt =
  | {
      readonly end: 'checked';
      readonly observed: WorldInvocation;
      readonly mismatches: CaseResult['mismatches'];
    }
  | { readonly end: 'problem'; readonly problem: string; readonly durationMs: number }
  | { readonly end: 'interrupted' };

/** Runs a case until it is as expected, or its tries are over. Rejects for nothing that a function or a world does. */
export async function runCase(
  one: RunnableCase,
  world: World,
  options: CaseOptions,
  signal: AbortSignal,
): Promise<CaseResult> {
  let attempts = 0;
  for (;;) {
    attempts += 1;
    const attempt = await tryCase(one, world, options, signal);
    if (attempt.end === 'interrupted') return skipped(one);
    const passed = attempt.end === 'checked' && attempt.mismatches.length === 0;
    if (passed || attempts > options.retries) return await conclude(one, attempt, attempts, options);
  }
}

/** A case that is not run: the run ended before. */
export function skipped(one: SmokeCase): CaseResult {
  return { ...subject(one), status: 'skipped', attempts: 0, durationMs: 0, mismatches: [], updated: false };
}

/** A case that failed before its function was invoked. */
export function broken(one: SmokeCase, problem: string): CaseResult {
  return {
    ...subject(one),
    status: 'failed',
    attempts: 0,
    durationMs: 0,
    mismatches: [],
    problem,
    updated: false,
  };
}

function subject(one: SmokeCase) {
  return {
    name: one.name,
    file: one.file,
    functionName: 'functionName' in one ? one.functionName : undefined,
  };
}

async function tryCase(
  { fixture, functionName }: RunnableCase,
  world: World,
  { timeoutMs, ...options }: CaseOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  const clock = fixture.clock ?? options.clock;
  const seed = fixture.seed ?? options.seed;
  const { clientContext } = fixture;
  const until = arrival(fixture.expect ?? {}, options.now);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const began = performance.now();
  try {
    const observed = await world.invoke(functionName, fixture.event, {
      ...(clientContext === undefined ? {} : { clientContext }),
      ...(clock === undefined ? {} : { clock }),
      ...(seed === undefined ? {} : { seed }),
      ...(until === undefined ? {} : { until }),
      signal: AbortSignal.any([signal, late.signal]),
    });
    return { end: 'checked', observed, mismatches: checkExpectation(fixture.expect, observed) };
  } catch (error) {
    if (signal.aborted) return { end: 'interrupted' };
    const durationMs = performance.now() - began;
    if (!late.signal.aborted) return { end: 'problem', problem: problemText(error), durationMs };
    return {
      end: 'problem',
      problem: `Expected an answer within ${timeoutMs / 1000} s, found none.`,
      durationMs,
    };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A message that was published before the answer may come up to 40 ms after it, and longer on a busy machine: then it is
 * missed where no more are expected, or taken for the next case's.
 */
const QUIET_MS = 60;

/** Which calls a case waits for: those that it expects, and as long as more may come where that matters. */
function arrival(
  { calls = [], callsExactly = false }: Expectation,
  now: () => number = () => performance.now(),
): WorldInvokeOptions['until'] {
  if (calls.length === 0 && !callsExactly) return undefined;
  const isQuietAsked = callsExactly || calls.some((one) => 'publish' in one);
  let count = -1;
  let since = 0;
  return (made) => {
    if (made.length !== count) {
      count = made.length;
      since = now();
    }
    return (!isQuietAsked || now() - since >= QUIET_MS) && areMade(calls, made);
  };
}

function areMade(expected: NonNullable<Expectation['calls']>, made: readonly ObservedCall[]): boolean {
  let complete = true;
  compareCalls({ calls: expected }, made, () => {
    complete = false;
  });
  return complete;
}

async function conclude(
  one: RunnableCase,
  attempt: Exclude<Attempt, { end: 'interrupted' }>,
  attempts: number,
  options: CaseOptions,
): Promise<CaseResult> {
  const base = { ...subject(one), attempts, updated: false };
  if (attempt.end === 'problem') {
    const { problem, durationMs } = attempt;
    return { ...base, status: 'failed', durationMs, mismatches: [], problem };
  }
  const { observed } = attempt;
  options.onObserved?.(one, observed);
  const result = { ...base, durationMs: observed.durationMs, ...(await settle(one, attempt, options)) };
  if (result.mismatches.length === 0) return { ...result, status: 'passed' };
  const frame = observed.error && (await options.frameOf?.(observed, one.functionName));
  return { ...result, status: 'failed', observed, ...(frame === undefined ? {} : { frame }) };
}

type Settled = Pick<CaseResult, 'mismatches' | 'updated' | 'problem' | 'expectation'>;

/** With `--update`, what differs is expected from now on. */
async function settle(
  { fixture, ...one }: RunnableCase,
  { observed, mismatches }: Extract<Attempt, { end: 'checked' }>,
  { update }: CaseOptions,
): Promise<Settled> {
  const expected = fixture.expect === undefined ? {} : { expectation: fixture.expect };
  const isStale = mismatches.length > 0 || fixture.expect === undefined;
  if (update === undefined || !isStale) return { mismatches, updated: false, ...expected };
  const outcome = await update({ ...one, fixture }, observed);
  if ('refused' in outcome) {
    // A fixture without an expectation that could not be given one is as good as before.
    return {
      mismatches,
      updated: false,
      ...expected,
      ...(mismatches.length === 0 ? {} : { problem: outcome.refused }),
    };
  }
  const { expectation, written } = outcome;
  return { mismatches: checkExpectation(expectation, observed), updated: written, expectation };
}

/** Of a world that could not be started, or did not invoke. */
export function problemText(error: unknown): string {
  if (isLlxError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
