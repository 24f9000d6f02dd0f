import { setTimeout as wait } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

const MIXED = { concurrency: 16, sizes: 'mixed', longestMs: 60 } as const;
const SMALL = { concurrency: 12, sizes: 'small', longestMs: 200 } as const;
const ONE_BY_ONE = { concurrency: 1, sizes: 'mixed', longestMs: 40 } as const;

/** Faults of the lines between the parties. */
export const LINE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'no faults',
    shape: MIXED,
    calls: { full: 1_500 },
  },
  {
    name: 'one caller, messages dropped and doubled',
    shape: ONE_BY_ONE,
    calls: { full: 200 },
    prepare: ({ broker }) => {
      broker.rates = { drop: 0.02, duplicate: 0.05 };
    },
  },
  {
    name: 'messages dropped, doubled, overtaken and late',
    shape: MIXED,
    calls: { full: 2_000, short: 80 },
    prepare: ({ broker }) => {
      broker.rates = { drop: 0.02, duplicate: 0.03, reorder: 0.03, delay: 0.03 };
    },
  },
  {
    name: 'broker connections cut in mid-packet',
    shape: SMALL,
    calls: { full: 1_000, short: 60 },
    rounds: { full: 30, short: 3 },
    pauseMs: { from: 300, to: 2_500 },
    prepare: ({ broker }) => {
      broker.rates = { cut: 0.001 };
    },
    disturb: ({ world, random }) => world.lines.broker.cut(random.pick(['session', 'stub', undefined])),
  },
  {
    name: 'broker lines silent, then late',
    shape: SMALL,
    calls: { full: 500 },
    rounds: { full: 10 },
    disturb: async ({ world, random }) => {
      world.lines.broker.silence(random.pick(['session', 'stub', undefined]));
      await wait(random.integer(200, 6_000));
      world.lines.broker.speak();
    },
  },
  {
    name: 'large events and answers over a slow broker line',
    shape: { concurrency: 4, sizes: 'large', longestMs: 20 },
    calls: { full: 120 },
    prepare: ({ broker }) => {
      broker.rates = { bytesPerSecond: 4 * 1024 * 1024, drop: 0.005 };
    },
  },
  {
    name: 'broker refuses connections for a while',
    shape: SMALL,
    calls: { full: 800 },
    rounds: { full: 12 },
    disturb: async ({ world, random }) => {
      await world.lines.broker.refuse();
      world.lines.broker.cut(random.pick(['session', 'stub', undefined]));
      await wait(random.integer(50, 3_000));
      await world.lines.broker.accept();
    },
  },
  {
    name: 'lines to the HTTP API cut, silent and late',
    shape: SMALL,
    calls: { full: 1_000 },
    rounds: { full: 12 },
    lostCallers: true,
    prepare: ({ callers, api }) => {
      callers.rates = { cut: 0.005, delay: 0.05 };
      api.rates = { cut: 0.1, delay: 0.2, delayMs: 400 };
    },
    disturb: async ({ world, random }) => {
      // Who comes anew asks the API who holds a lane.
      world.lines.broker.cut('stub');
      const proxy = random.pick([world.lines.callers, world.lines.api]) ?? world.lines.api;
      proxy.silence();
      await wait(random.integer(50, 1_000));
      proxy.speak();
    },
  },
  {
    // Signed WebSockets over TLS: what passes cannot be read, so it can only be late, silent, slow and cut.
    name: 'the lines of IoT Core cut, silent and late',
    access: 'wss',
    shape: SMALL,
    calls: { full: 500, short: 40 },
    rounds: { full: 15, short: 1 },
    prepare: ({ broker }) => {
      broker.rates = { delay: 0.05, cut: 0.0005 };
    },
    disturb: async ({ world, random }) => {
      if (random.chance(0.5)) return world.lines.broker.cut();
      world.lines.broker.silence();
      await wait(random.integer(100, 3_000));
      world.lines.broker.speak();
    },
  },
  {
    name: 'credentials and signatures refused for a while',
    access: 'wss',
    shape: SMALL,
    calls: { full: 300 },
    rounds: { full: 6 },
    disturb: async ({ world, random }) => {
      // To an emulator that is a day ahead every credential has expired, and every signature is too old.
      world.faults.count('expired', `to ${world.emulator.name}`);
      world.emulator.shiftClock();
      world.lines.broker.cut();
      await wait(random.integer(500, 4_000));
      world.emulator.shiftClock();
    },
  },
];
