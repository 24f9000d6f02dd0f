import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Call, call } from './call.ts';
import { type Breach, checkRun } from './check-run.ts';
import { type LedgerLine, parseLedger } from './ledger.ts';
import { closeWorld } from './leftovers.ts';
import { runLoad } from './load.ts';
import { disturb, type Scenario } from './scenarios/scenario.ts';
import type { SeededRandom } from './seeded-random.ts';
import { FaultCounter } from './wire/fault-counter.ts';
import { WireTrace } from './wire/wire-trace.ts';
import { FUNCTIONS, World } from './world.ts';

export type ScenarioResult = {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly ledger: readonly LedgerLine[];
  readonly faults: FaultCounter;
  readonly trace: WireTrace;
  /** Of requests, the id under which they were offered to a session. */
  readonly invocationIds: ReadonlyMap<string, string>;
  /** Deployed beside local, where no claim had reached the stub. */
  readonly overlaps: number;
  readonly breaches: readonly Breach[];
  readonly stderr: string;
  readonly tookMs: number;
};

/** Longer than the stub's longest wait for a broker, and the session's back-off. */
const RECOVERY_MS = 45_000;
/** What a withdraw, or an answer that nobody waits for, may still have to finish. */
const SETTLE_MS = 300;

export async function runScenario(options: {
  readonly scenario: Scenario;
  readonly calls: number;
  readonly rounds: number;
  readonly firstNumber: number;
  readonly directory: string;
  readonly random: SeededRandom;
}): Promise<ScenarioResult> {
  const { scenario, firstNumber, random } = options;
  const startedAt = performance.now();
  const directory = join(options.directory, String(firstNumber));
  await mkdir(directory);
  const ledgerFile = join(directory, 'ledger');
  const faults = new FaultCounter();
  const trace = new WireTrace();
  const world = await World.start({
    access: scenario.access ?? 'mqtt',
    random: random.fork('lines'),
    faults,
    trace,
    directory,
  });
  const breaches: Breach[] = [];
  const calls: Call[] = [];
  try {
    const warmUp = await reachEveryFunction(world, firstNumber, ledgerFile);
    calls.push(...warmUp.calls);
    if (!warmUp.reached) throw new Error('no local answer before any fault');
    const loadNumber = firstNumber + warmUp.calls.length;
    scenario.prepare?.(world.lines);
    let over = false;
    const disturbing = disturb(scenario, options.rounds, { world, random: random.fork('disturb') }).finally(
      () => {
        over = true;
      },
    );
    const load = runLoad({
      client: world.client,
      functionNames: FUNCTIONS,
      shape: scenario.shape,
      calls: options.calls,
      isOver: () => over,
      firstNumber: loadNumber,
      ledger: ledgerFile,
      random: random.fork('load'),
    });
    const [made] = await Promise.all([load, disturbing]);
    calls.push(...made);
    await world.lines.heal();
    const recovery = await reachEveryFunction(world, loadNumber + made.length, ledgerFile);
    calls.push(...recovery.calls);
    if (!recovery.reached) {
      breaches.push({ rule: 'recovers', text: `no local answer within ${RECOVERY_MS} ms of the last fault` });
    }
    await wait(SETTLE_MS);
    breaches.push(...(await closeWorld(world)));
  } catch (error) {
    await world.abandon();
    throw error;
  }
  const ledger = parseLedger(await readFile(ledgerFile, 'utf8'));
  const invocationIds = invocationIdsOf(world);
  const overlapping = new Set<string>();
  breaches.push(
    ...checkRun(calls, ledger, {
      lostCallers: scenario.lostCallers === true,
      timeouts: scenario.timeouts === true,
      overlap: ({ requestId, calledAt, deployedAt }) => {
        const id = invocationIds.get(requestId) ?? '';
        // What is encrypted cannot be followed: there only the runs are counted.
        const permitted = scenario.access === 'wss' || trace.mayHaveDeployed(id, calledAt, deployedAt);
        if (permitted) overlapping.add(requestId);
        return permitted;
      },
    }),
  );
  return {
    name: scenario.name,
    calls,
    ledger,
    faults,
    trace,
    invocationIds,
    overlaps: overlapping.size,
    breaches,
    stderr: world.parties.map((party) => party.stderr()).join(''),
    tookMs: performance.now() - startedAt,
  };
}

/**
 * Calls until every function has been answered by the session: before the first fault, so that it meets handlers that
 * run, and after the last, because everything must work again without anybody's help.
 */
async function reachEveryFunction(
  world: World,
  firstNumber: number,
  ledger: string,
): Promise<{ readonly reached: boolean; readonly calls: readonly Call[] }> {
  const calls: Call[] = [];
  const deadline = performance.now() + RECOVERY_MS;
  const waiting = new Set<string>(FUNCTIONS);
  let n = firstNumber;
  while (waiting.size > 0 && performance.now() < deadline) {
    for (const name of [...waiting]) {
      const event = { n: n++, ledger, ms: 0, body: '', answerBytes: 10, refuse: false };
      const answered = await call(world.client, name, event);
      calls.push(answered);
      if (answered.outcome.type === 'answered' && answered.outcome.answer.where === 'local') {
        waiting.delete(name);
      }
    }
    if (waiting.size > 0) await wait(100);
  }
  return { reached: waiting.size === 0, calls };
}

function invocationIdsOf(world: World): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { name, lines } of world.parties) {
    if (!name.startsWith('session')) continue;
    for (const { type, phase, requestId, id } of lines) {
      if (type === 'invocation' && phase === 'offered') ids.set(String(requestId), String(id));
    }
  }
  return ids;
}
