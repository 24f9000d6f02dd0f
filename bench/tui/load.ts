import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Line } from '../line.ts';
import { median, percentile } from '../samples.ts';
import { type BenchScreen, invocationEvents, openScreen, serving } from './screen.ts';

const PER_SECOND = 1_000;
const LOAD_MS = 10_000;
const TICK_MS = 10;
/** Does not divide the 33 ms of a frame, so that keys come at any time of one. */
const KEY_EVERY_MS = 14;
/** The first help screens are drawn by code that is not compiled yet. */
const WARM_UP_KEYS = 40;

/** The screens under load: frames, bytes, keys and memory, with the real Ink. */
async function measure(invocations: number): Promise<readonly Line[]> {
  const screen = openScreen();
  try {
    for (const event of serving()) screen.store.dispatch(event);
    const quiet = await oneRow(screen);
    const loaded = await underLoad(screen);
    const flat = await memoryOver(screen, invocations);
    return [...loaded, ...quiet, ...flat];
  } finally {
    await screen.tui.close();
  }
}

/** What is written when one row of a full screen changes. */
async function oneRow(screen: BenchScreen): Promise<readonly Line[]> {
  const bytes: number[] = [];
  for (let number = 0; number < 60; number += 1)
    for (const event of invocationEvents(-number - 1)) screen.store.dispatch(event);
  for (let round = 0; round < 20; round += 1) {
    const number = -1_000 - round;
    const [offered, running, log, ended] = invocationEvents(number);
    for (const event of [offered, running, log]) if (event !== undefined) screen.store.dispatch(event);
    await setTimeout(200);
    const before = screen.written().bytes;
    if (ended !== undefined) screen.store.dispatch(ended);
    await setTimeout(200);
    bytes.push(screen.written().bytes - before);
  }
  return [
    {
      name: 'terminal UI: written when one row changes',
      value: median(bytes),
      unit: 'bytes',
      bar: { atMost: 2_048 },
    },
  ];
}

async function underLoad(screen: BenchScreen): Promise<readonly Line[]> {
  for (let pair = 0; pair < WARM_UP_KEYS / 2; pair += 1) await helpOpenedAndClosed(screen);
  const keys: number[] = [];
  screen.frames();
  const offeredBefore = screen.store.getState().totals.offered;
  const began = performance.now();
  const load = dispatchAll(screen, began);
  while (performance.now() - began < LOAD_MS - 500) {
    keys.push(...(await helpOpenedAndClosed(screen)));
  }
  await load;
  const seconds = (performance.now() - began) / 1_000;
  const frames = screen.frames();
  const { offered } = screen.store.getState().totals;
  return [
    {
      name: 'terminal UI: invocations in the store, of those that came in 10 s',
      value: offered - offeredBefore,
      unit: '',
      floor: (PER_SECOND * LOAD_MS) / 1_000,
      floorName: 'sent',
      bar: { ratio: 1, better: 'higher' },
    },
    {
      name: 'terminal UI at 1,000 invocations/s: frames',
      value: frames.length / seconds,
      unit: '/s',
      floor: 20,
      floorName: 'asked for',
      bar: { ratio: 1, better: 'higher' },
    },
    {
      name: 'terminal UI at 1,000 invocations/s: a frame, p50',
      value: median(frames),
      unit: 'ms',
      bar: { atMost: 10 },
    },
    { name: 'terminal UI at 1,000 invocations/s: a frame, p99', value: percentile(frames, 0.99), unit: 'ms' },
    {
      name: 'terminal UI at 1,000 invocations/s: a key is answered, p50',
      value: median(keys),
      unit: 'ms',
    },
    {
      name: 'terminal UI at 1,000 invocations/s: a key is answered, p99',
      value: percentile(keys, 0.99),
      unit: 'ms',
      bar: { atMost: 50 },
    },
  ];
}

/** As many in each tick as are due by then. */
async function dispatchAll({ store }: BenchScreen, began: number): Promise<void> {
  const all = (PER_SECOND * LOAD_MS) / 1_000;
  let sent = 0;
  while (sent < all) {
    await setTimeout(TICK_MS);
    const due = Math.min(all, Math.floor(((performance.now() - began) / 1_000) * PER_SECOND));
    for (; sent < due; sent += 1) for (const event of invocationEvents(sent)) store.dispatch(event);
  }
}

/** Milliseconds until each of the two keys is answered. */
async function helpOpenedAndClosed(screen: BenchScreen): Promise<readonly number[]> {
  await setTimeout(KEY_EVERY_MS);
  const opened = await answered(screen, '?', 'Keys:');
  await setTimeout(KEY_EVERY_MS);
  return [opened, await answered(screen, '?', 'FUNCTION')];
}

async function answered(screen: BenchScreen, key: string, text: string): Promise<number> {
  const shown = screen.shows(text);
  const began = performance.now();
  screen.type(key);
  await shown;
  return performance.now() - began;
}

/** Resident memory over many invocations, after as many as fill what is kept. */
async function memoryOver({ store }: BenchScreen, invocations: number): Promise<readonly Line[]> {
  const residentMb = async (): Promise<number> => {
    // Twice: what the first one frees of typed arrays is given back in the second.
    for (let round = 0; round < 2; round += 1) {
      globalThis.gc?.();
      await setTimeout(100);
    }
    return process.memoryUsage().rss / 1024 / 1024;
  };
  const run = async (from: number, count: number): Promise<void> => {
    for (let number = from; number < from + count; number += 1) {
      for (const event of invocationEvents(number)) store.dispatch(event);
      if (number % 50 === 0) await setImmediate();
    }
  };
  // The heap takes some ten thousands to find its size; what is kept is full after ten.
  await run(1_000_000, invocations);
  const before = await residentMb();
  const began = performance.now();
  await run(2_000_000, invocations);
  const rate = (invocations / (performance.now() - began)) * 1_000;
  const after = await residentMb();
  const many = invocations.toLocaleString('en');
  return [
    {
      name: `terminal UI: resident memory after ${many} invocations`,
      value: after,
      unit: 'MB',
      floor: before,
      floorName: 'before',
      bar: { ratio: 1.05, better: 'lower' },
    },
    { name: 'terminal UI: invocations that it takes in', value: rate, unit: '/s' },
  ];
}

/** A process of its own, bundled by `lines/tui.ts`: the number of invocations in, lines as JSON out. */
process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`, () => process.exit());
