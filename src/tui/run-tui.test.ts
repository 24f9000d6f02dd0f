import { afterEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../session/event.ts';
import { createSessionStore, type SessionStore } from '../session/store.ts';
import { LatestDrops } from './latest-drops.ts';
import { runTui, type Tui, type TuiOptions } from './run-tui.tsx';
import { ModelledTerminal } from './testing/modelled-terminal.ts';
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

type Started = { readonly terminal: ModelledTerminal; readonly store: SessionStore; readonly tui: Tui };
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
  const tui = runTui({
    store,
    mode,
    lane: 'default',
    drops,
    stdin,
    stdout,
    now: () => NOON + 3_000,
    colour: false,
    ...more,
  });
  const all = { terminal, store, tui };
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

describe('the list', () => {
  test('shows each invocation with a glyph and a word, the newest selected', async () => {
    const { terminal } = start(EVENTS);
    expect(await terminal.shows('quit')).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 1 running
        TIME      FUNCTION  EVENT · following the newest        STATUS        DURATION
        12:01:03  orders    GET /orders/42                      ✓ succeeded       4 ms
        12:01:03  orders    GET /orders/42                      ✗ failed         12 ms
      ❯ 12:01:03  resize    GET /images/7                       ● running        3 s …














      enter open  l logs  j down  k up  f follow  ? help  q quit"
    `);
  });

  test('says how to send the first invocation', async () => {
    const { terminal } = start([CONNECTED, ...served('orders', 'resize')]);
    expect(await terminal.shows('quit')).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 0 running
        No invocation yet.
        Send one: llx invoke orders
        Functions: orders, resize















      enter open  l logs  j down  k up  f follow  ? help  q quit"
    `);
  });

  test('follows the newest invocation until another is selected', async () => {
    const { terminal, store } = start([CONNECTED, ...served('orders'), offered('1')]);
    await terminal.shows('following');
    store.dispatch(offered('2', { at: NOON + 1_000 }));
    await terminal.shows('❯ 12:01:04');
    terminal.type('k');
    await terminal.shows('❯ 12:01:03');
    store.dispatch(offered('3', { at: NOON + 2_000 }));
    expect(await terminal.shows('12:01:05')).toContain('❯ 12:01:03');
    terminal.type('G');
    await terminal.shows('❯ 12:01:05');
  });

  test('draws no more rows than there are, whatever the number of invocations', async () => {
    const many = Array.from({ length: 300 }, (_, index) => offered(`${index}`, { at: NOON + index * 1_000 }));
    const { terminal } = start([CONNECTED, ...served('orders'), ...many]);
    const text = await terminal.shows('❯ 12:06:02');
    expect(text.split('\n').length).toBe(20);
    terminal.type('g');
    expect((await terminal.shows('❯ 12:01:03')).split('\n')[17]).toContain('12:01:18');
    terminal.type('\u0004');
    await terminal.shows('❯ 12:01:11');
  });

  test('keeps its columns with wide characters', async () => {
    const wide = [...served('注文処理'), offered('1', { functionName: '注文処理' }), succeeded('1')];
    const { terminal } = start([CONNECTED, ...wide, offered('2'), succeeded('2')]);
    const rows = (await terminal.shows('quit')).split('\n').filter((row) => row.includes('succeeded'));
    const cells = rows.map((row) => row.slice(row.indexOf('GET')));
    expect(cells[0]).toBe(cells[1]);
  });

  test('a key that can do nothing now says why', async () => {
    const { terminal } = start([CONNECTED]);
    await terminal.shows('quit');
    terminal.type('\r');
    await terminal.shows('There is no invocation yet.');
  });

  test('what does not build is said with its place', async () => {
    const location = { file: '/app/src/orders.ts', line: 3, column: 7, lineText: 'const' };
    const problems = [{ text: 'Expected ";"', location }];
    const { terminal } = start([
      { type: 'function', name: 'orders', arn: 'arn', state: { status: 'build-error', problems } },
    ]);
    await terminal.shows('✗ orders does not build: /app/src/orders.ts:3:7: Expected ";"');
  });

  test('functions that another session holds are said with whose it is', async () => {
    const held = (name: string): SessionEvent => ({
      type: 'function',
      name,
      arn: 'arn',
      state: { status: 'held', sessionId: 's-1', since: '2026-01-02T11:00:00Z', name: 'anna@laptop' },
    });
    const { terminal, store } = start([CONNECTED, ...served('bills'), held('orders')]);
    await terminal.shows('! orders is held by anna@laptop (session s-1)');
    store.dispatch(held('carts'));
    await terminal.shows('! carts, orders are held by anna@laptop (session s-1)');
  });
});

describe('an opened invocation', () => {
  test('shows its event', async () => {
    const { terminal } = start(EVENTS.slice(0, 5));
    await terminal.shows('quit');
    terminal.type('\r');
    expect(await terminal.shows('[1 event]')).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 0 running
      orders · GET /orders/42 · ✓ succeeded · 4 ms
      12:01:03 · request 00000001-1111-4222-8333-444455556666 · attempt 1
      [1 event]  2 answer   3 logs   lines 1–14 of 17
      {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/orders/42",
        "rawQueryString": "",
        "headers": {
          "accept": "*/*"
        },
        "requestContext": {
          "http": {
            "method": "GET",
            "path": "/orders/42"
          },
          "stage": "$default"

      j down  k up  ] next tab  escape back  ? help  q quit"
    `);
  });

  test('shows the error with its trace as the answer', async () => {
    const { terminal } = start(EVENTS.slice(0, 8));
    await terminal.shows('quit');
    terminal.type('\r2');
    expect(await terminal.shows('[2 answer]')).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 0 running
      orders · GET /orders/42 · ✗ failed · 12 ms (cold 61 ms)
      12:01:03 · request 00000002-1111-4222-8333-444455556666 · attempt 1
       1 event  [2 answer]  3 logs
      TypeError: total is not a number
          at handler (src/orders.ts:12:9)

      {
        "errorType": "TypeError",
        "errorMessage": "total is not a number",
        "trace": [
          "TypeError: total is not a number",
          "    at handler (src/orders.ts:12:9)"
        ]
      }




      j down  k up  ] next tab  escape back  ? help  q quit"
    `);
  });

  test('shows control characters of its logs, and does not obey them', async () => {
    const { terminal } = start(EVENTS.slice(0, 8));
    await terminal.shows('quit');
    terminal.type('l');
    expect(await terminal.shows('[3 logs]')).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 0 running
      orders · GET /orders/42 · ✗ failed · 12 ms (cold 61 ms)
      12:01:03 · request 00000002-1111-4222-8333-444455556666 · attempt 1
       1 event   2 answer  [3 logs]
      reading ␛[31mred␛[0m
      second line













      j down  k up  ] next tab  escape back  ? help  q quit"
    `);
    expect(terminal.coloured).toBe(false);
  });

  test('shows the logs of a running invocation as they come', async () => {
    const { terminal, store } = start([CONNECTED, ...served('orders'), offered('1')]);
    await terminal.shows('quit');
    terminal.type('l');
    await terminal.shows('Nothing printed.');
    for (let line = 1; line <= 30; line += 1) store.dispatch(log('1', `line ${line}`));
    await terminal.shows('line 30');
    terminal.type('g');
    await terminal.shows('lines 1–14 of 30');
  });

  test('that streamed its answer says so: there are no bytes to show', async () => {
    const { terminal, store } = start([CONNECTED, ...served('orders'), offered('1')]);
    await terminal.shows('quit');
    const result = { payload: new Uint8Array(0), streamed: true, durationMs: 4, coldStart: false } as const;
    store.dispatch({ type: 'ended', id: '1', at: NOON, result: { ...result, status: 'succeeded' } });
    terminal.type('\r2');
    await terminal.shows('Streamed to the caller piece by piece; nothing of it is kept here.');
  });

  test('that answered with bytes that are not JSON shows them as text', async () => {
    const { terminal, store } = start([CONNECTED, ...served('orders'), offered('1')]);
    await terminal.shows('quit');
    const payload = new TextEncoder().encode('<p>\r\nnot JSON\u0007</p>');
    const result = { payload, streamed: true, durationMs: 4, coldStart: false } as const;
    store.dispatch({ type: 'ended', id: '1', at: NOON, result: { ...result, status: 'succeeded' } });
    terminal.type('\r2');
    const text = await terminal.shows('[2 answer]');
    expect(text.split('\n').slice(4, 7)).toEqual(['<p>', 'not JSON␇</p>', '']);
  });

  test('keeps its status and its id on a narrow screen, however long its function is called', async () => {
    const functionName = `${'long-'.repeat(12)}name`;
    const { terminal } = start(
      [CONNECTED, ...served(functionName), offered('1', { functionName }), failed('1')],
      new ModelledTerminal(60, 15),
    );
    await terminal.shows('quit');
    terminal.type('\r');
    const text = await terminal.shows('[1 event]');
    expect(text.split('\n').slice(1, 3)).toEqual([
      'long-long-lon… · GET /order… · ✗ failed · 12 ms (cold 61 ms)',
      '12:01:03 · 00000001-1111-4222-8333-444455556666 · attempt 1',
    ]);
  });

  test('of 6 MB shows the beginning', async () => {
    const event = bytes({ text: 'x'.repeat(6 * 1024 * 1024) });
    const { terminal } = start([CONNECTED, ...served('orders'), offered('1', { event })]);
    await terminal.shows('event of 6.0 MiB');
    terminal.type('\r');
    await terminal.shows('The first 256 KiB of 6.0 MiB.');
  });

  test('is left with Escape, and stays selected', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.type('k\r');
    await terminal.shows('[1 event]');
    terminal.type(ESCAPE);
    expect(await terminal.shows('❯')).toMatch(/❯ .* failed/);
  });
});

test('help lists the keys of the screen below it', async () => {
  const { terminal } = start(EVENTS);
  await terminal.shows('quit');
  terminal.type('?');
  expect(await terminal.shows('Keys of the list')).toMatchInlineSnapshot(`
    "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 1 running
    Keys of the list
    enter           open
    l               logs
    j down          down
    k up            up
    ctrl-d          half page down
    ctrl-u          half page up
    pagedown space  page down
    pageup          page up
    g home          first
    G end           last, and follow
    f               follow
    ?               help
    q               quit
    ctrl-c          quit at once
    ctrl-z          suspend, until \`fg\`


    escape back  ? help  q quit"
  `);
});

describe('what was dropped', () => {
  test('is counted in the header', async () => {
    const { terminal, store } = start(EVENTS);
    await terminal.shows('quit');
    store.dispatch(dropped('from a stranger'));
    store.dispatch({ type: 'dropped', process: 'broker', reason: 'broker-rule', detail: 'QoS 2' });
    const text = await terminal.shows('2 dropped');
    expect(text.split('\n')[0]).toBe('llx OFFLINE http://127.0.0.1:4566 · connected · 1 running · 2 dropped');
    expect(text).not.toContain('QoS 2');
  });

  test('is told with --verbose, the last three, without a row too many', async () => {
    const many = Array.from({ length: 30 }, (_, index) => offered(`${index}`));
    const before = [CONNECTED, ...served('orders'), ...many, dropped('before the screen')];
    const { terminal, store } = start(before, new ModelledTerminal(60, 15), { verbose: true });
    await terminal.shows('before the screen');
    const details = ['one', '\u001b[2Jtwo', '\u001b[2Jtwo', 'x'.repeat(90)];
    for (const detail of details) store.dispatch(dropped(detail));
    expect(await terminal.shows('xxx')).toMatchInlineSnapshot(`
      "llx OFFLINE · connected · 30 running · 5 dropped
        FUNCTION  EVENT · following         STATUS        DURATION
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
        orders    GET /orders/42            ○ queued         3 s …
      ❯ orders    GET /orders/42            ○ queued         3 s …
      dropped  stub seal-broken: one
      dropped ×2  stub seal-broken: ␛[2Jtwo
      dropped  stub seal-broken: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…

      enter open  l logs  j down  k up  f follow  ? help  q quit"
    `);
    expect(terminal.coloured).toBe(false);
  });

  test('leaves an opened invocation its last rows, and gives way to the help', async () => {
    const { terminal } = start([...EVENTS.slice(0, 5), dropped('one')], new ModelledTerminal(80, 20), {
      verbose: true,
    });
    await terminal.shows('quit');
    terminal.type('\rG');
    const detail = (await terminal.shows('lines 5–17 of 17')).split('\n');
    expect(detail.slice(-4)).toEqual([
      '}',
      'dropped  stub seal-broken: one',
      '',
      'j down  k up  ] next tab  escape back  ? help  q quit',
    ]);
    terminal.resize(60, 15);
    terminal.type('?');
    expect(await terminal.shows('Keys of an invocation')).not.toContain('stub seal-broken');
    terminal.type('?');
    await terminal.shows('stub seal-broken');
  });
});

test('in the header a failing connection leaves room for the counts', async () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:1883, and then some more that is too long');
  const { terminal } = start([{ type: 'connection', state: { status: 'connecting', attempt: 3, cause } }]);
  expect((await terminal.shows('quit')).split('\n')[0]).toBe(
    'llx OFFLINE · connecting, attempt 3: connect ECONNREFUSED 127.0.0.1… · 0 running',
  );
});

test('help fits the smallest screen', async () => {
  const { terminal } = start(EVENTS.slice(0, 5), new ModelledTerminal(60, 15));
  await terminal.shows('quit');
  terminal.type('\r?');
  expect(await terminal.shows('Keys of an invocation')).toMatchInlineSnapshot(`
    "llx OFFLINE http://127.0.0.1:4566 · connected · 0 running
    Keys of an invocation
    j down          down             2       answer
    k up            up               3       logs
    ctrl-d          half page down   escape  back
    ctrl-u          half page up     ?       help
    pagedown space  page down        q       quit
    pageup          page up          ctrl-c  quit at once
    g home          first            ctrl-z  suspend, until \`fg\`
    G end           last, and follow
    ] tab           next tab
    [               previous tab
    1               event

    escape back  ? help  q quit"
  `);
});

/** From the first row to the last: between a resize and its drawing a terminal shows neither. */
const drawn = (rows: number) => (text: string) => text.startsWith('llx') && text.split('\n').length === rows;

describe('the size of the terminal', () => {
  test('changes the columns', async () => {
    const { terminal } = start(EVENTS);
    await terminal.shows('quit');
    terminal.resize(60, 15);
    expect(await terminal.shows(drawn(15))).toMatchInlineSnapshot(`
      "llx OFFLINE http://127.0.0.1:4566 · connected · 1 running
        FUNCTION  EVENT · following         STATUS        DURATION
        orders    GET /orders/42            ✓ succeeded       4 ms
        orders    GET /orders/42            ✗ failed         12 ms
      ❯ resize    GET /images/7             ● running        3 s …









      enter open  l logs  j down  k up  f follow  ? help  q quit"
    `);
    terminal.resize(200, 60);
    const text = await terminal.shows(drawn(60));
    expect(Math.max(...text.split('\n').map((row) => row.length))).toBe(200);
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

test('pasted text is not taken for keys', async () => {
  const { terminal } = start(EVENTS);
  await terminal.shows('quit');
  terminal.type(`${ESCAPE}[200~q?${ESCAPE}[201~`);
  terminal.type('?');
  await terminal.shows('Keys of the list');
  expect(terminal.alternateScreen).toBe(true);
});
