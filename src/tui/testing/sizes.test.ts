import { afterEach, describe, expect, test } from 'vitest';
import type { Size } from '../screen.ts';
import type { ModelledTerminal } from './modelled-terminal.ts';
import { SHOP_FIXTURES, SHOP_SESSION } from './shop-session.ts';
import { type StartedScreen, startScreen } from './started-screen.ts';

const SIZES = [
  { columns: 200, rows: 60 },
  { columns: 120, rows: 30 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 15 },
] as const;
const [LARGEST, , , SMALLEST] = SIZES;

/** The keys that lead to a screen, and what it shows that no other does. */
const PLACES = [
  { place: 'invocations', keys: [], shows: 'following' },
  { place: 'one invocation, its event', keys: ['\r'], shows: '[1 event]' },
  { place: 'an answer', keys: ['G\r2'], shows: '[2 answer]' },
  { place: 'an error', keys: ['Gk\r2'], shows: 'TypeError' },
  { place: 'logs of an invocation', keys: ['Gl'], shows: '[3 logs]' },
  { place: 'timeline', keys: ['G\r4'], shows: '[4 timeline]' },
  { place: 'context', keys: ['G\r5'], shows: '[5 context]' },
  { place: 'diff', keys: ['G\r6'], shows: '[6 diff]' },
  { place: 'functions', keys: ['2'], shows: 'STATE' },
  { place: 'fixtures', keys: ['3'], shows: '1 invalid' },
  { place: 'logs', keys: ['4'], shows: 'LOGS' },
  { place: 'help', keys: ['?'], shows: 'Keys: ' },
  { place: 'commands', keys: [':'], shows: 'Commands' },
  { place: 'a filter', keys: ['/fn:orders'], shows: '/fn:orders' },
] as const;

const started: StartedScreen[] = [];

function start(size: Size): StartedScreen {
  const screen = startScreen(SHOP_SESSION, { ...size, actions: { fixtures: async () => SHOP_FIXTURES } });
  started.push(screen);
  return screen;
}

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

async function goTo(terminal: ModelledTerminal, { keys, shows }: (typeof PLACES)[number]): Promise<string> {
  await terminal.shows('following');
  for (const key of keys) terminal.type(key);
  return await terminal.shows(shows);
}

/** Header above, keys below, nothing scrolled, nothing wrapped. */
function isWhole({ rows, brokenRows }: ModelledTerminal): boolean {
  return rows[0]?.startsWith('llx OFFLINE') === true && rows.at(-1) !== '' && brokenRows.length === 0;
}

describe.each(SIZES)('at $columns×$rows', (size) => {
  test.each(PLACES)('$place is whole', async (place) => {
    const { terminal } = start(size);
    await goTo(terminal, place);
    expect(isWhole(terminal)).toBe(true);
  });
});

test.each(PLACES)('$place survives each resize between the largest and the smallest', async (place) => {
  const { terminal } = start(LARGEST);
  await goTo(terminal, place);
  for (const { columns, rows } of [
    ...SIZES,
    { columns: 61, rows: 40 },
    { columns: 180, rows: 16 },
    LARGEST,
  ]) {
    terminal.resize(columns, rows);
    await terminal.shows(() => isWhole(terminal));
  }
  for (const { columns, rows } of [...SIZES].reverse()) {
    terminal.resize(columns, rows);
    await terminal.shows(() => isWhole(terminal));
  }
});

test.each([
  { columns: 59, rows: 15 },
  { columns: 60, rows: 14 },
  { columns: 20, rows: 4 },
])('at $columns×$rows it says what it needs, and q still quits', async ({ columns, rows }) => {
  const { terminal, store, done } = start(SMALLEST);
  await terminal.shows('following');
  for (const id of ['6', '7']) {
    store.dispatch({ type: 'stopped', id, at: 0, phase: 'cancelled', reason: 'test' });
  }
  terminal.resize(columns, rows);
  const sentence = `llx needs 60×15, this is ${columns}×${rows}. q quits.`;
  await terminal.shows(sentence.slice(0, columns - 1));
  expect(terminal.rows.slice(1).join('')).toBe('');
  terminal.type('q');
  await done;
  expect(terminal.alternateScreen).toBe(false);
});

describe('as text', () => {
  test.each(PLACES)('$place at 80×24', async (place) => {
    const { terminal } = start({ columns: 80, rows: 24 });
    await goTo(terminal, place);
    expect(`\n${terminal.text}\n`).toMatchSnapshot();
  });

  test.each(PLACES)('$place at 60×15', async (place) => {
    const { terminal } = start(SMALLEST);
    await goTo(terminal, place);
    expect(`\n${terminal.text}\n`).toMatchSnapshot();
  });
});
