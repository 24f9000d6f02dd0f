import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { REASSEMBLY } from '../../src/protocol/limits.ts';
import { PartialMessage } from '../../src/protocol/partial-message.ts';
import { RunningInvocation } from '../../src/session/running-invocation.ts';
import { OfferedInvocation } from '../../src/stub/offered-invocation.ts';
import type { MemoryDelivery } from '../../src/transport/memory.ts';
import { Tunnel } from '../support/tunnel.ts';
import { type Call, type CallOutcome, readAnswer } from './call.ts';
import { type Breach, checkRun } from './check-run.ts';
import { parseLedger } from './ledger.ts';
import { bodyOf, digestOf } from './project/body.ts';
import { type WorkEvent, work } from './project/work.ts';
import type { ScenarioResult } from './run-scenario.ts';
import type { SeededRandom } from './seeded-random.ts';
import { FaultCounter } from './wire/fault-counter.ts';
import { WireTrace } from './wire/wire-trace.ts';

export const IN_MEMORY = 'in memory, objects counted';

const CONCURRENCY = 16;
const REMAINING_MS = 2_000;
/** The session lets go of answers in a sweep each second. */
const SWEEP_MS = 1_500;
const RATES = { drop: 0.02, duplicate: 0.05, late: 0.1 };
const CUT_AFTER = 100;

/**
 * Stub and session in this process, over a broker in memory that loses, doubles, delays and cuts: what is left of
 * invocations in any map, however private, is an object that a garbage collection does not take.
 */
export async function runInMemory(options: {
  readonly calls: number;
  readonly firstNumber: number;
  readonly directory: string;
  readonly random: SeededRandom;
}): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const ledgerFile = join(options.directory, `${options.firstNumber}.ledger`);
  const faults = new FaultCounter();
  const lines = options.random.fork('lines');
  const tunnel = new Tunnel({ tamper: (delivery) => tamper(delivery, lines, faults) });
  const local = work('local');
  const { events } = await tunnel.startSession(async (event, { requestId }) =>
    local(event as WorkEvent, { awsRequestId: requestId }),
  );
  await tunnel.stub.prepare();
  const calls: Call[] = [];
  const load = options.random.fork('load');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < options.calls) {
      const n = options.firstNumber + next++;
      if (next % CUT_AFTER === 0) {
        const party = load.chance(0.5) ? 'session' : 'stub';
        faults.count('cut', `the connection of the ${party}`);
        tunnel.broker.drop(tunnel.clientOf(party));
      }
      const own = load.fork(`call ${n}`);
      calls.push(
        await callStub(tunnel, {
          n,
          ledger: ledgerFile,
          ms: own.chance(0.5) ? 0 : own.integer(1, 100),
          body: bodyOf(n + 1, own.integer(10, own.chance(0.1) ? 400_000 : 2_000)),
          answerBytes: own.integer(10, 2_000),
          refuse: own.chance(0.05),
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  const breaches = await leftInMemory(REMAINING_MS + SWEEP_MS);
  await tunnel.close();
  const ledger = parseLedger(await readFile(ledgerFile, 'utf8'));
  breaches.push(...checkRun(calls, ledger, { lostCallers: false, overlap: () => true }));
  return {
    name: IN_MEMORY,
    calls,
    ledger,
    faults,
    trace: new WireTrace(),
    invocationIds: new Map(
      events.flatMap((event) => (event.type === 'offered' ? [[event.requestId, event.id] as const] : [])),
    ),
    overlaps: 0,
    breaches,
    stderr: '',
    tookMs: performance.now() - startedAt,
  };
}

async function tamper(
  delivery: MemoryDelivery,
  random: SeededRandom,
  faults: FaultCounter,
): Promise<readonly MemoryDelivery[]> {
  const drawn = random.next();
  const lateMs = random.integer(1, 20);
  // What is retained is of QoS 1: no broker loses it within a connection.
  if (!/\/(in|out)\//.test(delivery.topic)) return [delivery];
  if (drawn < RATES.drop) {
    faults.count('drop', delivery.topic);
    return [];
  }
  if (drawn < RATES.drop + RATES.duplicate) {
    faults.count('duplicate', delivery.topic);
    return [delivery, delivery];
  }
  if (drawn < RATES.drop + RATES.duplicate + RATES.late) {
    faults.count('reorder', delivery.topic);
    await wait(lateMs);
  }
  return [delivery];
}

async function callStub(tunnel: Tunnel, event: WorkEvent): Promise<Call> {
  const startedAt = Date.now();
  const outcome = await tunnel.invoke(event, { remainingMs: REMAINING_MS });
  const read = await readOutcome(outcome, event);
  return {
    n: event.n,
    functionName: 'orders',
    requestId: read.type === 'answered' ? read.answer.requestId : undefined,
    startedAt,
    endedAt: Date.now(),
    refuse: event.refuse,
    expected: { digest: digestOf(event.body), bodyDigest: digestOf(bodyOf(event.n, event.answerBytes)) },
    outcome: read,
  };
}

async function readOutcome(
  outcome: Awaited<ReturnType<Tunnel['invoke']>>,
  event: WorkEvent,
): Promise<CallOutcome> {
  switch (outcome.type) {
    case 'deployed':
      return await runDeployed(event);
    case 'answered':
      return answeredWith(JSON.parse(new TextDecoder().decode(outcome.payload)));
    case 'failed': {
      const { errorMessage } = JSON.parse(new TextDecoder().decode(outcome.payload)) as {
        readonly errorMessage: string;
      };
      return { type: 'failed', errorType: outcome.errorType, errorMessage };
    }
    case 'streamed':
      throw new TypeError('expected no stream');
    default: {
      const exhaustive: never = outcome;
      return exhaustive;
    }
  }
}

async function runDeployed(event: WorkEvent): Promise<CallOutcome> {
  try {
    return answeredWith(await work('deployed')(event, { awsRequestId: crypto.randomUUID() }));
  } catch (error) {
    const { name, message } = error as Error;
    return { type: 'failed', errorType: name, errorMessage: message };
  }
}

function answeredWith(value: unknown): CallOutcome {
  return readAnswer(value) ?? { type: 'foreign', text: JSON.stringify(value) };
}

/** Waits until all is gone, as long as it may take: frames of a message that never was complete are kept longest. */
async function leftInMemory(atLeastMs: number): Promise<Breach[]> {
  await wait(atLeastMs);
  for (let waited = atLeastMs; ; waited += 1_000) {
    // A count collects garbage first.
    const left = [RunningInvocation, OfferedInvocation, PartialMessage].flatMap((kind) => {
      const count = queryObjects(kind, { format: 'count' });
      return count === 0 ? [] : [`${count} of ${kind.name}`];
    });
    if (left.length === 0) return [];
    if (waited > REASSEMBLY.expiryMs + SWEEP_MS) {
      return left.map((what) => ({ rule: 'nothing-left', text: `${what} in memory after every deadline` }));
    }
    await wait(1_000);
  }
}
