/**
 * `npm run test:faults`: thousands of invocations through broken lines and dying processes. Every one of them is
 * accounted for. docs/faults.md says how to read and replay it.
 *
 * LLX_FAULTS=short: what CI runs. LLX_FAULTS_SEED=0x…: the choices of an earlier run.
 * LLX_FAULTS_ONLY=text: the scenarios whose names hold it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setup } from '../support/build-once.ts';
import { killAll, runningIn } from './process-table.ts';
import { breachText, scenarioText, seedText, totalText } from './report.ts';
import { IN_MEMORY, runInMemory } from './run-in-memory.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import { LINE_SCENARIOS } from './scenarios/line-scenarios.ts';
import { PROCESS_SCENARIOS } from './scenarios/process-scenarios.ts';
import { chooseSeed, SeededRandom } from './seeded-random.ts';

const SHOWN_BREACHES = 5;
const IN_MEMORY_CALLS = { full: 2_000, short: 300 };
/** More than one scenario makes, for those that follow its last fault. */
const NUMBERS_PER_SCENARIO = 100_000;

const { LLX_FAULTS, LLX_FAULTS_SEED, LLX_FAULTS_ONLY = '' } = process.env;
const seed = chooseSeed(LLX_FAULTS_SEED);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

print(
  `seed ${seedText(seed)}: LLX_FAULTS_SEED=${seedText(seed)} npm run test:faults makes the same choices again`,
);
await setup();
const directory = await mkdtemp(join(tmpdir(), 'llx-faults-'));
const results: ScenarioResult[] = [];
// The parties have process groups of their own: a terminal's Ctrl-C does not reach them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    killAll(await runningIn(directory));
    await rm(directory, { recursive: true });
    process.exit(130);
  });
}
const form = LLX_FAULTS === 'short' ? 'short' : 'full';
const chosen = (name: string): boolean => name.includes(LLX_FAULTS_ONLY);

function show(result: ScenarioResult): void {
  results.push(result);
  print(scenarioText(result));
  for (const breach of result.breaches.slice(0, SHOWN_BREACHES)) {
    print(breachText(result, breach).replaceAll(/^/gm, '         '));
  }
  if (result.breaches.length > 0 && result.stderr !== '') print(`         stderr: ${result.stderr}`);
}

try {
  for (const [index, scenario] of [...LINE_SCENARIOS, ...PROCESS_SCENARIOS].entries()) {
    const calls = scenario.calls[form];
    if (calls === undefined || !chosen(scenario.name)) continue;
    show(
      await runScenario({
        scenario,
        calls,
        rounds: scenario.rounds?.[form] ?? 0,
        firstNumber: (index + 1) * NUMBERS_PER_SCENARIO,
        directory,
        random: new SeededRandom(seed).fork(scenario.name),
      }),
    );
  }
  if (chosen(IN_MEMORY)) {
    const random = new SeededRandom(seed).fork(IN_MEMORY);
    show(await runInMemory({ calls: IN_MEMORY_CALLS[form], firstNumber: 0, directory, random }));
  }
} finally {
  await rm(directory, { recursive: true });
}
print(totalText(results, seed));
if (results.some(({ breaches }) => breaches.length > 0)) process.exitCode = 1;
