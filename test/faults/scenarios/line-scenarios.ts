import { pause, repeatedly, type Scenario } from './scenario.ts';

const MIXED = { concurrency: 16, sizes: 'mixed', longestMs: 60 } as const;
const SMALL = { concurrency: 16, sizes: 'small', longestMs: 200 } as const;

/** Faults of the lines between the parties. */
export const LINE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'no faults',
    shape: MIXED,
    calls: { full: 1_500, short: 60 },
    disturb: async () => undefined,
  },
  {
    name: 'messages dropped, doubled, overtaken and late',
    shape: MIXED,
    calls: { full: 2_400, short: 80 },
    disturb: async ({ world }) => {
      world.broker.rates = { drop: 0.02, duplicate: 0.03, reorder: 0.03, delay: 0.03 };
    },
  },
  {
    name: 'broker connections cut in mid-packet',
    shape: SMALL,
    calls: { full: 1_000, short: 60 },
    disturb: async ({ world }) => {
      world.broker.rates = { cut: 0.004 };
    },
  },
  {
    name: 'broker lines silent, then late',
    shape: SMALL,
    calls: { full: 500, short: 30 },
    disturb: (disturbance) => {
      const { world, random, signal } = disturbance;
      return repeatedly(disturbance, { from: 300, to: 1_500 }, async () => {
        world.broker.silence(random.pick(['session', 'stub', undefined]));
        await pause(random.integer(200, 6_000), signal);
        world.broker.speak();
      });
    },
  },
  {
    name: 'large events and answers over a slow broker line',
    shape: { concurrency: 4, sizes: 'large', longestMs: 20 },
    calls: { full: 160 },
    disturb: async ({ world }) => {
      world.broker.rates = { bytesPerSecond: 4 * 1024 * 1024, drop: 0.005 };
    },
  },
  {
    name: 'broker refuses connections for a while',
    shape: SMALL,
    calls: { full: 800, short: 40 },
    disturb: (disturbance) => {
      const { world, random, signal } = disturbance;
      return repeatedly(disturbance, { from: 200, to: 2_000 }, async () => {
        await world.broker.refuse();
        world.broker.cut(random.pick(['session', 'stub', undefined]));
        await pause(random.integer(50, 3_000), signal);
        await world.broker.accept();
      });
    },
  },
  {
    name: 'lines to the HTTP API cut, silent and late',
    shape: SMALL,
    calls: { full: 1_000, short: 60 },
    lostCallers: true,
    disturb: (disturbance) => {
      const { world, random, signal } = disturbance;
      world.callers.rates = { cut: 0.005, delay: 0.05 };
      world.api.rates = { cut: 0.1, delay: 0.2, delayMs: 400 };
      return repeatedly(disturbance, { from: 500, to: 2_000 }, async () => {
        const proxy = random.pick([world.callers, world.api]) ?? world.api;
        proxy.silence();
        await pause(random.integer(50, 1_000), signal);
        proxy.speak();
      });
    },
  },
];
