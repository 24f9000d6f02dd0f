import { availableParallelism } from 'node:os';
import { totalsOf } from '../../smoke/case-result.ts';
import { ExpectationWriter } from '../../smoke/expectation-writer.ts';
import { runCases } from '../../smoke/run-cases.ts';
import type { Shard } from '../../smoke/select-cases.ts';
import type { SmokeCase } from '../../smoke/smoke-case.ts';
import type { StartWorld } from '../../smoke/world.ts';
import type { Configuration } from '../configuration.ts';
import { startOfflineProject } from '../offline-project.ts';
import { secretVariables } from '../recorded-invocation.ts';
import { codeFrame } from './code-frames.ts';
import type { Reports } from './open-reports.ts';

export type SmokeRunFlags = {
  readonly update?: boolean;
  readonly shard?: Shard;
  /** `--bail` alone means one. */
  readonly bail?: number | true;
  readonly retries?: number;
  /** @default two for each core */
  readonly concurrency?: number;
  /** Seconds. @default 60 */
  readonly timeout?: number;
  readonly clock?: string;
  readonly seed?: number;
};

export type SmokeRunOptions = {
  readonly configuration: Configuration;
  readonly cases: readonly SmokeCase[];
  readonly reports: Reports;
  readonly signal: AbortSignal;
  /** What a developer should know and no case shows. */
  readonly onNotice: (text: string) => void;
};

const TIMEOUT_SECONDS = 60;

/** Runs cases and reports them. Gives the exit code. */
export async function smokeRun(flags: SmokeRunFlags, options: SmokeRunOptions): Promise<number> {
  const { configuration, cases, reports, signal, onNotice } = options;
  const { shard, bail, retries = 0, timeout = TIMEOUT_SECONDS, clock, seed } = flags;
  const cores = availableParallelism();
  const began = performance.now();
  const groups = Map.groupBy(cases, (one) => ('functionName' in one ? one.functionName : undefined));
  const facts = {
    total: cases.length,
    functions: new Map([...groups].map(([name, group]) => [name, group.length])),
    ...(shard === undefined ? {} : { shard }),
    startedAt: Date.now(),
  };
  const writer = flags.update === true ? writerOf(configuration, flags) : undefined;
  const roots = new Map(configuration.functions.map(({ name, root }) => [name, root]));
  reports.begin(facts);
  const results = await runCases(cases, {
    startWorld: worldsOf(configuration, onNotice),
    concurrency: flags.concurrency ?? 2 * cores,
    worlds: cores,
    retries,
    timeoutMs: timeout * 1000,
    ...(bail === undefined ? {} : { bail: bail === true ? 1 : bail }),
    ...(clock === undefined ? {} : { clock }),
    ...(seed === undefined ? {} : { seed }),
    ...(writer === undefined ? {} : { update: (one, observed) => writer.update(one, observed) }),
    frameOf: (observed, name) => codeFrame(observed, roots.get(name) ?? configuration.root),
    signal,
    onResult: (result) => reports.result(result),
  });
  const totals = totalsOf(results);
  const interrupted = signal.aborted;
  reports.end({ ...facts, totals, durationMs: performance.now() - began, interrupted, results });
  if (interrupted) return 130;
  return totals.failed + totals.skipped === 0 ? 0 : 1;
}

/** What recordings do not write it does not write either. */
function writerOf({ functions, record }: Configuration, { clock, seed }: SmokeRunFlags): ExpectationWriter {
  return new ExpectationWriter({
    ...(record === undefined ? {} : { rules: record }),
    secrets: secretVariables(functions),
    fixed: clock !== undefined || seed !== undefined,
  });
}

/** Each function's cases beside an emulator of their own. */
function worldsOf(configuration: Configuration, onNotice: (text: string) => void): StartWorld {
  return async (target, signal) => startOfflineProject({ configuration, target, signal, onNotice });
}
