import { setTimeout as wait } from 'node:timers/promises';
import type { Disturbance, Scenario } from './scenario.ts';

const SMALL = { concurrency: 12, sizes: 'small', longestMs: 250 } as const;
const WORKER = 'bootstrap';
const STUB_HOST = 'stub-host';

/** Faults of the processes themselves. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'session killed, and the next one takes over',
    shape: SMALL,
    calls: { full: 700, short: 40 },
    rounds: { full: 15, short: 1 },
    disturb: killSession,
  },
  {
    name: 'session stands still, and wakes',
    shape: SMALL,
    calls: { full: 300, short: 24 },
    rounds: { full: 8, short: 1 },
    disturb: (disturbance) => stopSession(disturbance, 6_000),
  },
  {
    name: 'workers killed and stopped',
    // Long enough that most of those which are met have an invocation.
    shape: { ...SMALL, longestMs: 1_500 },
    calls: { full: 500, short: 40 },
    rounds: { full: 30, short: 2 },
    disturb: (disturbance) => disturbChild(disturbance, 'session', WORKER),
  },
  {
    name: 'stub host killed and stopped',
    shape: SMALL,
    calls: { full: 500, short: 40 },
    rounds: { full: 15, short: 2 },
    disturb: (disturbance) => disturbChild(disturbance, 'emulator', STUB_HOST),
  },
  {
    name: 'broker and API restarted',
    shape: SMALL,
    calls: { full: 600, short: 40 },
    rounds: { full: 12, short: 1 },
    lostCallers: true,
    disturb: async ({ world, random }) => {
      const signal = random.pick(['SIGKILL', 'SIGTERM'] as const) ?? 'SIGTERM';
      world.faults.count(`${signal} emulator`, world.emulator.name);
      world.emulator.signal(signal);
      await world.emulator.exit;
      await world.startEmulator();
    },
  },
  {
    name: 'wall clocks moved by a day',
    shape: SMALL,
    calls: { full: 500 },
    rounds: { full: 20 },
    pauseMs: { from: 100, to: 500 },
    disturb: ({ world, random }) => {
      const party = random.pick([world.session, world.emulator]) ?? world.session;
      world.faults.count('clock', `${party.name} by a day`);
      party.shiftClock();
    },
  },
  {
    name: 'everything at once',
    shape: { concurrency: 16, sizes: 'mixed', longestMs: 200 },
    calls: { full: 800, short: 40 },
    rounds: { full: 25, short: 2 },
    lostCallers: true,
    prepare: ({ broker, callers }) => {
      broker.rates = { drop: 0.01, duplicate: 0.02, reorder: 0.02, delay: 0.02, cut: 0.0005 };
      callers.rates = { cut: 0.001 };
    },
    disturb: disturbAnything,
  },
];

async function disturbAnything(disturbance: Disturbance): Promise<void> {
  const { world, random } = disturbance;
  switch (random.integer(0, 5)) {
    case 0:
      return await stopSession(disturbance, 3_000);
    case 1:
      return await disturbChild(disturbance, 'session', WORKER);
    case 2:
      return await disturbChild(disturbance, 'emulator', STUB_HOST);
    case 3:
      return await killSession(disturbance);
    case 4:
      world.lines.broker.silence(random.pick(['session', 'stub']));
      await wait(random.integer(100, 3_000));
      return world.lines.broker.speak();
    default:
      world.session.shiftClock();
      return world.lines.broker.cut();
  }
}

async function killSession({ world }: Disturbance): Promise<void> {
  world.faults.count('SIGKILL session', world.session.name);
  world.session.signal('SIGKILL');
  await world.session.exit;
  await world.startSession();
}

async function stopSession({ world, random }: Disturbance, longestMs: number): Promise<void> {
  world.faults.count('SIGSTOP session', world.session.name);
  world.session.signal('SIGSTOP');
  await wait(random.integer(100, longestMs));
  world.session.signal('SIGCONT');
}

/** One child of a party: killed, or stopped for a while. */
async function disturbChild(
  { world, random }: Disturbance,
  who: 'session' | 'emulator',
  command: string,
): Promise<void> {
  const kill = random.chance(0.6);
  const stopMs = random.integer(100, 4_000);
  const pid = random.pick(await world.childrenOf(world[who], command));
  if (pid === undefined) return;
  world.faults.count(`${kill ? 'SIGKILL' : 'SIGSTOP'} ${command}`, `process ${pid}`);
  send(pid, kill ? 'SIGKILL' : 'SIGSTOP');
  if (kill) return;
  await wait(stopMs);
  send(pid, 'SIGCONT');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
