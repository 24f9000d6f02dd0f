import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../session/event.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { LatestDrops } from './latest-drops.ts';
import { runTui, type Tui, type TuiOptions } from './run-tui.tsx';
import { ModelledTerminal } from './testing/modelled-terminal.ts';
import { recordedActions } from './testing/recorded-actions.ts';
import {
  bytes,
  dropped,
  failed,
  getRequest,
  log,
  NOON,
  offered,
  served,
  succeeded,
} from './testing/session-events.ts';

const ESCAPE = '\u001b';
const CONNECTED: SessionEvent = { type: 'connection', state: { status: 'connected', connection: 1 } };

type Started = {
  readonly terminal: ModelledTerminal;
  readonly store: SessionStore;
  readonly tui: Tui;
  readonly calls: readonly unknown[];
};
const started: Started[] = [];

function start(
  events: readonly SessionEvent[],
  terminal = new ModelledTerminal(),
  { verbose = false, ...more }: Partial<TuiOptions> & { readonly verbose?: boolean } = {},
) {
  const store = createSessionStore();
  const drops = verbose ? new LatestDrops(store) : undefined;
  for (const event of events) store.dispatch(event);
  const { stdin, stdout } = terminal;
  const mode = { label: 'OFFLINE', endpoint: 'http://127.0.0.1:4566' };
  const { actions, calls } = recordedActions();
  const tui = runTui({
    store,
    actions,
    mode,
    lane: 'default',
    drops,
    stdin,
    stdout,
    now: () => NOON + 3_000,
    colour: false,
    ...more,
  });
  const all = { terminal, store, tui, calls };
  started.push(all);
  return all;
}

afterEach(async () => {
  for (const { tui } of started.splice(0)) await tui.close().catch(() => {});
});

const EVENTS = [
  CONNECTED,
  ...served('orders', 'resize'),
  offered('1'),
  succeeded('1'),
  offered('2'),
  log('2', 'reading \u001b[31mred\u001b[0m\nsecond line'),
  failed('2'),
  offered('3', { functionName: 'resize', event: bytes(getRequest('/images/7')) }),
  { type: 'progress', id: '3', step: 'running', at: NOON },
] as const satisfies readonly SessionEvent[];

describe('places', () => {
  test('keys go from one to the other, and Escape goes back home', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('[1 invocations]');
    terminal.type('2');
    await terminal.shows('[2 functions]');
    terminal.type('\t\t');
    await terminal.shows('[4 logs]');
    terminal.type(ESCAPE);
    await terminal.shows('[1 invocations]');
  });

  test('what is opened from a place leads back to it', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type('2l');
    await terminal.shows('fit fn:orders');
    terminal.type(ESCAPE);
    // The filter goes first, then the place.
    expect(await terminal.shows('LOGS · following')).toContain('[4 logs]');
    await terminal.shows((text) => !text.includes('fit fn:'));
    terminal.type(ESCAPE);
    await terminal.shows('[2 functions]');
  });

  test('a burst of 200 keys in one read is 200 keys', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type(`${'2j1k'.repeat(50)}2`);
    await terminal.shows('[2 functions]');
  });
});

describe('commands', () => {
  test('are found by a few letters, and run', async () => {
    const { terminal, calls } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type('2:serv');
    await terminal.shows('❯ serve or leave');
    terminal.type('\r');
    await terminal.shows((text) => !text.includes('Commands'));
    expect(calls).toEqual([['toggle', 'orders', false, { takeover: false }]]);
  });

  test('take pasted text, which is no command anywhere else', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type(`${ESCAPE}[200~q?${ESCAPE}[201~`);
    terminal.type(':');
    await terminal.shows('Commands');
    terminal.type(`${ESCAPE}[200~logs of\nres${ESCAPE}[201~`);
    expect(await terminal.shows(':logs of res')).toContain('❯ logs of resize');
    terminal.type('\r');
    await terminal.shows('fit fn:resize');
  });

  test('are edited as a line of a shell is', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type(':one two');
    await terminal.shows(':one two');
    terminal.type('\u0017\u0001x');
    await terminal.shows(':xone');
    terminal.type(ESCAPE);
    await terminal.shows((text) => !text.includes('Commands'));
  });
});

test('help lists the keys of the place below it, and scrolls on a small screen', async () => {
  const { terminal } = start(EVENTS, new ModelledTerminal(60, 15));
  await terminal.shows('quit');
  terminal.type('2?');
  const first = await terminal.shows('Keys: Functions');
  expect(first).toContain('serve or leave');
  expect(first).not.toContain('suspend');
  terminal.type('j'.repeat(30));
  expect(await terminal.shows('suspend')).toContain('Keys: Functions');
  terminal.type(ESCAPE);
  await terminal.shows('[2 functions]');
  await terminal.shows('STATE');
});

describe('functions', () => {
  const LOCATION = { file: '/app/src/orders.ts', line: 3, column: 7, lineText: 'const\t= 1;' };

  test('are told with their state, their numbers and why they do not build', async () => {
    const { terminal } = start([
      ...EVENTS,
      {
        type: 'function',
        name: 'orders',
        arn: 'arn',
        state: { status: 'build-error', problems: [{ text: 'Expected identifier', location: LOCATION }] },
      },
    ]);
    await terminal.shows('quit');
    terminal.type('2');
    const text = await terminal.shows('[2 functions]');
    expect(text.split('\n').slice(2, 9)).toEqual([
      '  FUNCTION  STATE            CALLS ERRORS     P50     P95  LAST 10 MINUTES',
      expect.stringMatching(/^❯ orders {4}✗ build error {8}2 {6}1 {4}4 ms {3}12 ms +█$/),
      '      Expected identifier',
      '        /app/src/orders.ts:3:7',
      '        3 │ const    = 1;',
      '          │          ^',
      expect.stringMatching(/^ {2}resize {4}● serving {12}1 {6}0 {7}– {7}– +█$/),
    ]);
  });

  test('one that somebody else holds is taken only after a question', async () => {
    const held = {
      status: 'held',
      sessionId: 's-1',
      since: '2026-01-02T11:00:00Z',
      name: 'anna@laptop',
    } as const;
    const { terminal, calls } = start([
      CONNECTED,
      { type: 'function', name: 'orders', arn: 'arn', state: held },
    ]);
    expect(await terminal.shows('quit')).toContain('! orders is held by anna@laptop (session s-1)');
    terminal.type('2 ');
    await terminal.shows('orders is held by anna@laptop (session s-1). Take it over?');
    terminal.type('n 2 ');
    await terminal.shows('Take it over?');
    expect(calls).toEqual([]);
    terminal.type('y');
    await terminal.shows((text) => !text.includes('Take it over?'));
    expect(calls).toEqual([['toggle', 'orders', true, { takeover: true }]]);
  });

  test('an action that fails says why', async () => {
    const { actions } = recordedActions({ toggle: () => Promise.reject(new Error('The broker is gone.')) });
    const { terminal } = start(EVENTS, new ModelledTerminal(), { actions });
    await terminal.shows('quit');
    terminal.type('2 ');
    await terminal.shows('The broker is gone.');
  });

  test('without any, a key says that there is none', async () => {
    const { terminal } = start([CONNECTED]);
    await terminal.shows('quit');
    terminal.type('2 ');
    await terminal.shows('There is no function yet.');
  });
});

describe('logs of all functions', () => {
  test('come in their order, are filtered, and cannot break the screen', async () => {
    const { terminal, store } = start([
      ...EVENTS,
      log('3', 'resized \u001b[2J\u202eevil'),
      log('3', 'broken \ufffd\ud800'),
    ]);
    await terminal.shows('quit');
    terminal.type('4');
    const text = await terminal.shows('LOGS · following');
    expect(text.split('\n').slice(3, 7)).toEqual([
      '  12:01:03  orders    reading ␛[31mred␛[0m',
      '  12:01:03  orders    second line',
      '  12:01:03  resize    resized ␛[2J\\u202eevil',
      '❯ 12:01:03  resize    broken \ufffd\ufffd',
    ]);
    terminal.type('/fn:orders line');
    await terminal.shows('/fn:orders line   1/4');
    terminal.type('\r');
    await terminal.shows('1/4 fit fn:orders line');
    store.dispatch(offered('9'));
    store.dispatch(log('9', 'third line'));
    await terminal.shows('2/5 fit');
  });

  test('have the room for what was printed: Lambda’s time and request id are left out', async () => {
    const prefix = `2026-11-21T12:01:03.123Z\t${randomUUID()}\t`;
    const { terminal } = start([
      ...EVENTS,
      log('3', `${prefix}INFO\tresized to 40×30`),
      log('3', `${prefix}ERROR\tno picture`),
    ]);
    await terminal.shows('quit');
    terminal.type('4');
    const text = await terminal.shows('LOGS · following');
    expect(text.split('\n').slice(5, 7)).toEqual([
      '  12:01:03  resize    resized to 40×30',
      '❯ 12:01:03  resize    ERROR no picture',
    ]);
  });

  test('pause while more come', async () => {
    const { terminal, store } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type('4p');
    await terminal.shows('paused, 0 new');
    store.dispatch(log('3', 'meanwhile'));
    expect(await terminal.shows('paused, 1 new')).not.toContain('meanwhile');
    terminal.type('p');
    await terminal.shows('meanwhile');
  });
});

describe('notices', () => {
  test('stay until they are dismissed, or mended', async () => {
    const { terminal, store } = start(
      [CONNECTED, { type: 'notice', level: 'warning', text: 'The lane was taken.' }],
      new ModelledTerminal(100, 20),
    );
    await terminal.shows('! The lane was taken.');
    store.dispatch({ type: 'pacing', waiting: 12, delayMs: 1_300 });
    await terminal.shows('12 messages wait, up to 1.3 s');
    store.dispatch({ type: 'pacing', waiting: 0, delayMs: 0 });
    await terminal.shows((text) => !text.includes('messages wait'));
    terminal.type('x');
    await terminal.shows((text) => !text.includes('The lane was taken.'));
    terminal.type('x');
    await terminal.shows('There is no notice.');
  });

  test('that were dismissed come back when what was mended breaks again', async () => {
    const { terminal, store } = start([CONNECTED, { type: 'pacing', waiting: 12, delayMs: 1_300 }]);
    await terminal.shows('12 messages wait');
    terminal.type('x');
    await terminal.shows((text) => !text.includes('messages wait'));
    store.dispatch({ type: 'pacing', waiting: 0, delayMs: 0 });
    store.dispatch(offered('between'));
    await terminal.shows('1 running');
    store.dispatch({ type: 'pacing', waiting: 5, delayMs: 200 });
    await terminal.shows('5 messages wait');
  });

  test('credentials that end soon are told before they do', async () => {
    const { terminal, store } = start([CONNECTED]);
    await terminal.shows('quit');
    store.dispatch({ type: 'credentials', expireAt: NOON + 3_000 + 4 * 60_000 });
    await terminal.shows('! Your AWS credentials expire in 4 min 00 s: log in again');
  });

  test('many on a small screen take one row', async () => {
    const events = ['one', 'two', 'three'].map(
      (text): SessionEvent => ({ type: 'notice', level: 'error', text }),
    );
    const { terminal } = start([CONNECTED, ...events], new ModelledTerminal(60, 15));
    await terminal.shows('✗ three  and 2 more · x dismisses');
  });
});

describe('what was dropped', () => {
  test('is counted', async () => {
    const { terminal, store } = start(EVENTS);
    await terminal.shows('quit');
    store.dispatch(dropped('from a stranger'));
    store.dispatch({ type: 'dropped', process: 'broker', reason: 'broker-rule', detail: 'QoS 2' });
    const text = await terminal.shows('2 dropped');
    expect(text).toContain('! 2 messages were dropped: stub seal-broken, and for other reasons');
    expect(text).not.toContain('QoS 2');
  });

  test('is told with --verbose, the last three, without a row too many', async () => {
    const before = [CONNECTED, ...served('orders'), dropped('before the screen')];
    const { terminal, store } = start(before, new ModelledTerminal(60, 15), { verbose: true });
    await terminal.shows('before the screen');
    const details = ['one', '\u001b[2Jtwo', '\u001b[2Jtwo', 'x'.repeat(90)];
    for (const detail of details) store.dispatch(dropped(detail));
    expect((await terminal.shows('xxx')).split('\n').slice(-5)).toEqual([
      'dropped  stub seal-broken: one',
      'dropped ×2  stub seal-broken: ␛[2Jtwo',
      'dropped  stub seal-broken: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
      '',
      expect.stringContaining('q quit'),
    ]);
  });
});

describe('the header', () => {
  test('leaves room for the counts when a connection fails, and says it below', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1883, and then some more that is too long');
    const { terminal } = start([{ type: 'connection', state: { status: 'connecting', attempt: 3, cause } }]);
    const text = await terminal.shows('quit');
    expect(text.split('\n')[0]).toBe(
      'llx OFFLINE · connecting, attempt 3: connect ECONNREFUSED 127.0.0.1… · 0 running',
    );
    expect(text).toContain('✗ No connection: connecting, attempt 3: connect ECONNREFUSED');
  });

  test('tells how long the way to the broker is', async () => {
    const { terminal } = start([CONNECTED], new ModelledTerminal(100, 20), { ping: async () => 23.4 });
    await terminal.shows('connected 23 ms · default lane');
  });
});

test('a hint is there until its key was used, and is remembered', async () => {
  const saved: (readonly string[])[] = [];
  const hints = { seen: [], save: (seen: readonly string[]) => void saved.push(seen) };
  const { terminal } = start([CONNECTED], new ModelledTerminal(), { hints });
  await terminal.shows('Hint: ? shows every key');
  terminal.type('??');
  await terminal.shows('Hint: 2 shows your functions');
  expect(saved).toEqual([['help']]);
});

/** From the first row to the last: between a resize and its drawing a terminal shows neither. */
const drawn = (rows: number) => (text: string) => text.startsWith('llx') && text.split('\n').length === rows;

describe('the size of the terminal', () => {
  test('never breaks a line, in any place', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    for (const key of ['1', '2', '4', '?', ':']) {
      terminal.type(key);
      for (const [columns, rows] of [
        [60, 15],
        [200, 60],
        [80, 20],
      ] as const) {
        terminal.resize(columns, rows);
        await terminal.shows(
          (text) => drawn(rows)(text) && text.split('\n').every((row) => row.length <= columns),
        );
      }
    }
  });

  test('may be too small, which is said', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.resize(40, 10);
    expect(await terminal.shows('needs')).toBe('llx needs 60×15, this is 40×10. q quits.');
    terminal.resize(80, 20);
    await terminal.shows('❯');
  });
});

describe('quitting', () => {
  test('q leaves the terminal as it was', async () => {
    const { terminal, tui } = start(EVENTS.slice(0, 5));
    await terminal.shows('quit');
    expect([terminal.alternateScreen, terminal.rawMode]).toEqual([true, true]);
    terminal.type('q');
    await tui.done;
    expect([terminal.alternateScreen, terminal.rawMode, terminal.text]).toEqual([false, false, '']);
  });

  test('q asks while invocations run', async () => {
    let quits = 0;
    const { terminal, tui } = start(EVENTS, new ModelledTerminal(), { onQuit: () => (quits += 1) });
    await terminal.shows('quit');
    terminal.type('q');
    await terminal.shows('1 running: quit and cancel?');
    terminal.type('n');
    await terminal.shows((text) => !text.includes('cancel?'));
    expect(quits).toBe(0);
    terminal.type('q');
    await terminal.shows('cancel?');
    terminal.type('y');
    await tui.done;
    expect(quits).toBe(1);
  });

  test('Ctrl-C does not ask', async () => {
    const { terminal, tui } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type('\u0003');
    await tui.done;
    expect(terminal.alternateScreen).toBe(false);
  });

  test('close restores the terminal for signals, any number of times', async () => {
    const { terminal, tui } = start(EVENTS);
    await terminal.shows('quit');
    await Promise.all([tui.close(), tui.close()]);
    expect([terminal.alternateScreen, terminal.rawMode]).toEqual([false, false]);
  });

  test('a crash while drawing restores the terminal and is told', async () => {
    const { terminal, tui, store } = start(EVENTS);
    await terminal.shows('quit');
    // A record that no reducer makes: the screen has to fail on it.
    store.dispatch(offered('4', { functionName: Object.create(null) }));
    await expect(tui.done).rejects.toThrow(TypeError);
    expect([terminal.alternateScreen, terminal.rawMode]).toEqual([false, false]);
  });
});

test('Ctrl-Z gives the terminal back until the process is continued', async () => {
  const terminal = new ModelledTerminal();
  let resume = () => {};
  let modes: unknown;
  const stopped = new Promise<void>((stop) => {
    const suspend = () =>
      new Promise<void>((resolve) => {
        modes = [terminal.alternateScreen, terminal.rawMode];
        resume = resolve;
        stop();
      });
    start(EVENTS, terminal, { suspend });
  });
  await terminal.shows('quit');
  terminal.type('\u001a');
  await stopped;
  await terminal.shows('');
  expect(modes).toEqual([true, false]);
  await terminal.shows(() => !terminal.alternateScreen);
  resume();
  expect(await terminal.shows('❯')).toContain('llx OFFLINE');
  expect([terminal.alternateScreen, terminal.rawMode]).toEqual([true, true]);
});

test('Ctrl-Z where nothing can be suspended says so', async () => {
  const suspend = () => Promise.reject(new Error('kill ENOSYS'));
  const { terminal } = start(EVENTS, new ModelledTerminal(), { suspend });
  await terminal.shows('quit');
  terminal.type('\u001a');
  await terminal.shows('Cannot suspend: kill ENOSYS');
});
