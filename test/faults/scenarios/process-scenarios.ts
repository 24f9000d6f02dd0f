import type { World } from '../world.ts';
import { type Disturbance, pause, repeatedly, type Scenario } from './scenario.ts';

const SMALL = { concurrency: 12, sizes: 'small', longestMs: 250 } as const;
const WORKER = 'bootstrap';
const STUB_HOST = 'stub-host';

/** Faults of the processes themselves. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'session killed, and the next one takes over',
    shape: SMALL,
    calls: { full: 700, short: 50 },
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 500, to: 2_500 }, async () => {
        const { world } = disturbance;
        world.faults.count('SIGKILL session', world.session.name);
        world.session.signal('SIGKILL');
        await world.session.exit;
        await world.startSession();
      }),
  },
  {
    name: 'session stands still, and wakes',
    shape: SMALL,
    calls: { full: 300, short: 24 },
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 300, to: 2_000 }, () => stopForAWhile(disturbance, 'session')),
  },
  {
    name: 'workers killed and stopped',
    shape: SMALL,
    calls: { full: 500, short: 40 },
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 200, to: 1_200 }, () => disturbChild(disturbance, 'session', WORKER)),
  },
  {
    name: 'stub host killed and stopped',
    shape: SMALL,
    calls: { full: 500, short: 40 },
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 300, to: 2_000 }, () =>
        disturbChild(disturbance, 'emulator', STUB_HOST),
      ),
  },
  {
    name: 'broker and API restarted',
    shape: SMALL,
    calls: { full: 600, short: 40 },
    lostCallers: true,
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 800, to: 3_000 }, async () => {
        const { world, random } = disturbance;
        const signal = random.pick(['SIGKILL', 'SIGTERM'] as const) ?? 'SIGTERM';
        world.faults.count(`${signal} emulator`, world.emulator.name);
        world.emulator.signal(signal);
        await world.emulator.exit;
        await world.startEmulator();
      }),
  },
  {
    name: 'wall clocks moved by a day',
    shape: SMALL,
    calls: { full: 400, short: 30 },
    disturb: (disturbance) =>
      repeatedly(disturbance, { from: 100, to: 800 }, () => {
        const { world, random } = disturbance;
        const party = random.pick([world.session, world.emulator]) ?? world.session;
        world.faults.count('clock', `${party.name} a day ahead`);
        party.shiftClock();
      }),
  },
];

async function stopForAWhile(
  { world, random, signal }: Disturbance,
  who: 'session' | 'emulator',
): Promise<void> {
  const party = world[who];
  world.faults.count(`SIGSTOP ${who}`, party.name);
  party.signal('SIGSTOP');
  await pause(random.integer(100, 6_000), signal);
  party.signal('SIGCONT');
}

/** One child of a party: killed, or stopped for a while. */
async function disturbChild(
  { world, random, signal }: Disturbance,
  who: 'session' | 'emulator',
  command: string,
): Promise<void> {
  const pid = random.pick(await world.childrenOf(world[who], command));
  if (pid === undefined) return;
  const kill = random.chance(0.6);
  world.faults.count(`${kill ? 'SIGKILL' : 'SIGSTOP'} ${command}`, `process ${pid}`);
  send(pid, kill ? 'SIGKILL' : 'SIGSTOP');
  if (kill) return;
  await pause(random.integer(100, 4_000), signal);
  send(pid, 'SIGCONT');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Everything at once. */
export const STORM: Scenario = {
  name: 'everything at once',
  shape: { concurrency: 16, sizes: 'mixed', longestMs: 200 },
  calls: { full: 800, short: 40 },
  lostCallers: true,
  disturb: async (disturbance) => {
    const { world } = disturbance;
    world.broker.rates = { drop: 0.01, duplicate: 0.02, reorder: 0.02, delay: 0.02, cut: 0.0005 };
    world.callers.rates = { cut: 0.001 };
    await repeatedly(disturbance, { from: 500, to: 2_500 }, () => disturbAnything(disturbance, world));
  },
};

async function disturbAnything(disturbance: Disturbance, world: World): Promise<void> {
  const { random, signal } = disturbance;
  switch (random.integer(0, 4)) {
    case 0:
      return await stopForAWhile(disturbance, 'session');
    case 1:
      return await disturbChild(disturbance, 'session', WORKER);
    case 2:
      return await disturbChild(disturbance, 'emulator', STUB_HOST);
    case 3:
      world.broker.silence(random.pick(['session', 'stub']));
      await pause(random.integer(100, 3_000), signal);
      return world.broker.speak();
    default:
      world.session.shiftClock();
      return world.broker.cut();
  }
}
