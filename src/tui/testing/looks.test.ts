import { afterEach, describe, expect, test } from 'vitest';
import { displayWidth } from '../display-width.ts';
import { bytes, getRequest, log, NOON, offered, served, succeeded } from './session-events.ts';
import { SHOP_FIXTURES, SHOP_SESSION } from './shop-session.ts';
import { type StartedScreen, type StartOptions, startScreen } from './started-screen.ts';

const started: StartedScreen[] = [];

function start(events = SHOP_SESSION, options: StartOptions = {}): StartedScreen {
  const actions = { fixtures: async () => SHOP_FIXTURES };
  const screen = startScreen(events, { columns: 120, rows: 40, actions, ...options });
  started.push(screen);
  return screen;
}

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

const STATES = ['✓ succeeded', '✗ failed', '✗ timed out', '- withdrawn', '● running', '○ queued'];
const FUNCTION_STATES = ['● serving', '○ off', '◆ held', '✗ build error'];
/** SGR 30 to 37, 39 to 47, 49, 90 and above: a colour of any kind. */
const COLOURS = /\u001b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m/;

async function visitAll({ terminal }: StartedScreen): Promise<void> {
  await terminal.shows('following');
  for (const [keys, shows] of [
    ['2', 'STATE'],
    ['3', '1 invalid'],
    ['4', 'LOGS'],
    ['1', 'following'],
    ['?', 'Keys: '],
    ['?', 'following'],
    ['Gk\r', 'TypeError'],
    ['1', '[1 event]'],
    ['4', '[4 timeline]'],
    ['6', '[6 diff]'],
  ] as const) {
    terminal.type(keys);
    await terminal.shows(shows);
  }
}

describe('colour', () => {
  test('is used for nothing where it is not wanted', async () => {
    const screen = start(SHOP_SESSION, { colour: false });
    await visitAll(screen);
    expect(screen.terminal.written).not.toMatch(COLOURS);
    expect(screen.terminal.coloured).toBe(false);
  });

  test('is the terminal’s own palette, so that light and dark themes are both readable', async () => {
    const screen = start(SHOP_SESSION, { colour: true });
    await visitAll(screen);
    const used = new Set(screen.terminal.written.match(/\u001b\[[\d;]*m/g)?.map((one) => one.slice(2, -1)));
    const allowed = ['1', '2', '4', '7', '22', '24', '27', '31', '32', '33', '34', '35', '36', '39'];
    expect([...used].filter((code) => !allowed.includes(code))).toEqual([]);
  });

  test('is not what text is written in: that is the default of the terminal', async () => {
    const { terminal } = start(SHOP_SESSION, { colour: true });
    await terminal.shows('following');
    terminal.type('4');
    await terminal.shows('LOGS');
    expect(terminal.coloursOf('order A-7')).toContain('default');
    terminal.type('1');
    await terminal.shows('SOURCE');
    expect(terminal.coloursOf('SQS 3 messages')).toContain('default');
  });

  test.each([true, false])('is never the only sign of a state (colour: %s)', async (colour) => {
    const { terminal } = start(SHOP_SESSION, { colour });
    const list = await terminal.shows('following');
    for (const state of STATES) expect(list).toContain(state);
    terminal.type('2');
    const functions = await terminal.shows('STATE');
    for (const state of FUNCTION_STATES) expect(functions).toContain(state);
  });

  test('is never red and green alone: without colours no two states are alike', () => {
    const all = [...STATES, ...FUNCTION_STATES];
    expect(new Set(all).size).toBe(all.length);
    const [good, bad] = [STATES[0]?.[0], STATES[1]?.[0]];
    expect(good).not.toBe(bad);
  });

  test('does not tell the chosen row alone, nor the place', async () => {
    const { terminal } = start(SHOP_SESSION, { colour: false });
    await terminal.shows('following');
    expect(terminal.rows.filter((row) => row.startsWith('❯'))).toHaveLength(1);
    expect(terminal.rows[1]).toMatch(/^\[1 invocations\]/);
  });
});

describe('wide characters', () => {
  const NAMES = [
    ['CJK', '注文処理'],
    ['full width', 'ｆｎ'],
    ['emoji', '🚀ship'],
    ['a family of joined emoji', '👨‍👩‍👧‍👦fam'],
    ['a flag', '🇩🇪de'],
    ['a skin tone', '👍🏽ok'],
    ['combining marks', 'e\u0301te\u0301'],
    ['Thai', 'สวัสดี'],
    ['Arabic', 'طلبات'],
    ['Hebrew', 'הזמנות'],
    ['Korean of parts', '\u1112\u1161\u11ab'],
  ] as const;

  test.each(NAMES)('%s: the columns behind it stand under those of others', async (_, name) => {
    const { terminal } = start(
      [
        ...served(name),
        offered('1', { functionName: name, event: bytes(getRequest(`/${name}/42`)) }),
        succeeded('1'),
        offered('2', { at: NOON + 1_000 }),
        succeeded('2'),
        log('1', `${name} was here`),
      ],
      { columns: 100, rows: 24 },
    );
    await terminal.shows('following');
    const columns = terminal.columnsOf('✓ succeeded').filter((column) => column !== -1);
    expect(columns).toHaveLength(2);
    expect(new Set(columns).size).toBe(1);
    terminal.type('2');
    await terminal.shows('STATE');
    expect(new Set(terminal.columnsOf('● serving').filter((column) => column !== -1)).size).toBe(1);
    expect(terminal.brokenRows).toEqual([]);
  });

  test('what is cut ends with an ellipsis and never in the middle of a character', async () => {
    const name = '注文👨‍👩‍👧'.repeat(20);
    const { terminal } = start(
      [...served(name), offered('1', { functionName: name, event: bytes({ text: name.repeat(5) }) })],
      { columns: 60, rows: 15 },
    );
    await terminal.shows('following');
    terminal.type('\r');
    await terminal.shows('[1 event]');
    expect(terminal.text).not.toContain('\ufffd');
    expect(terminal.brokenRows).toEqual([]);
    expect(Math.max(...terminal.rows.map(displayWidth))).toBeLessThanOrEqual(60);
  });
});
