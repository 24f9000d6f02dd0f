import type { Call } from './call.ts';
import type { Breach } from './check-run.ts';
import type { ScenarioResult } from './run-scenario.ts';

const AROUND_MS = 1_000;

export function seedText(seed: number): string {
  return `0x${seed.toString(16).padStart(8, '0')}`;
}

/** One scenario: what was asked, what came back, what was broken on the way. */
export function scenarioText(result: ScenarioResult): string {
  const { name, calls, faults, breaches, overlaps, tookMs } = result;
  const lines = [
    `${breaches.length === 0 ? 'ok    ' : 'BREACH'} ${name}: ${calls.length} invocations in ${(tookMs / 1000).toFixed(1)} s, ${latencyText(calls)}`,
    `         outcomes: ${countsText(outcomesOf(calls))}`,
    `         faults:   ${countsText(faults.counts())}`,
  ];
  if (overlaps > 0) {
    lines.push(`         unclaimed: ${overlaps} ran here without a claim that arrived, and then deployed`);
  }
  return lines.join('\n');
}

export function totalText(results: readonly ScenarioResult[], seed: number): string {
  const calls = results.flatMap((result) => result.calls);
  const faults = new Map<string, number>();
  for (const result of results) {
    for (const [kind, count] of Object.entries(result.faults.counts())) {
      faults.set(kind, (faults.get(kind) ?? 0) + count);
    }
  }
  const breaches = results.reduce((sum, result) => sum + result.breaches.length, 0);
  return [
    `${results.length} scenarios, ${calls.length} invocations, ${latencyText(calls)}`,
    `outcomes: ${countsText(outcomesOf(calls))}`,
    `faults:   ${countsText(Object.fromEntries(faults))}`,
    `breaches: ${breaches}; seed ${seedText(seed)}`,
  ].join('\n');
}

/** Everything that is known of the invocation of a breach. */
export function breachText(result: ScenarioResult, breach: Breach): string {
  const lines = [`${breach.rule}: ${breach.text}`];
  const called = result.calls.find(({ n }) => n === breach.n);
  if (called === undefined) return lines.join('\n');
  const { n, functionName, requestId, startedAt, endedAt, outcome } = called;
  const since = (at: number): string => `${String(at - startedAt).padStart(6)} ms`;
  lines.push(`  invocation ${n} of ${functionName}, request ${requestId}: ${JSON.stringify(outcome)}`);
  const ran = result.ledger.filter((line) => line.n === n);
  const request = requestId ?? ran[0]?.requestId ?? '';
  const id = result.invocationIds.get(request) ?? '';
  const events = [
    { at: startedAt, text: 'called' },
    { at: endedAt, text: 'answered' },
    ...ran.map(({ at, what, where, pid }) => ({ at, text: `ledger: ${where} ${what} in process ${pid}` })),
    ...result.trace.of(id).map(({ at, where, kind, sequence }) => ({
      at,
      text: `wire:   ${where} ${kind}${sequence === 0 ? '' : ` frame ${sequence}`}`,
    })),
    ...result.faults
      .between(startedAt - AROUND_MS, endedAt)
      .filter(
        ({ text }) =>
          !/^(drop|duplicate|reorder|delay): .* \(\d+ bytes\)$/.test(text) || text.includes(functionName),
      )
      .map(({ at, text }) => ({ at, text: `fault:  ${text}` })),
  ].sort((a, b) => a.at - b.at);
  lines.push(...events.map(({ at, text }) => `  ${since(at)}  ${text}`));
  return lines.join('\n');
}

function outcomesOf(calls: readonly Call[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcome } of calls) {
    const name = outcomeName(outcome);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function outcomeName(outcome: Call['outcome']): string {
  switch (outcome.type) {
    case 'answered':
      return outcome.answer.where;
    case 'failed':
      return outcome.errorType;
    case 'foreign':
      return 'foreign answer';
    case 'lost':
      return 'connection lost';
    case 'unanswered':
      return 'no answer';
    default: {
      const exhaustive: never = outcome;
      return exhaustive;
    }
  }
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

function latencyText(calls: readonly Call[]): string {
  const sorted = calls.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
