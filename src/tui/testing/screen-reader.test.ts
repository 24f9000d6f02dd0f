import { afterEach, expect, test } from 'vitest';
import { spoken } from '../screen-reader.ts';
import { NOON, offered, succeeded } from './session-events.ts';
import { SHOP_FIXTURES, SHOP_SESSION } from './shop-session.ts';
import { type StartedScreen, startScreen } from './started-screen.ts';

const started: StartedScreen[] = [];

function start(events = SHOP_SESSION): StartedScreen {
  const screen = startScreen(events, {
    columns: 200,
    rows: 60,
    colour: true,
    screenReader: true,
    actions: { fixtures: async () => SHOP_FIXTURES },
  });
  started.push(screen);
  return screen;
}

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

test('the list is lines to be read from top to bottom, which say what is chosen', async () => {
  const { terminal } = start();
  expect(await terminal.shows('q quit')).toMatchInlineSnapshot(`
    "llx OFFLINE http://127.0.0.1:4566 · connected · default lane · 2 running
    tab: (selected) invocations
    7 invocations · following the newest · newest first
    list: (selected) 12:01:05 orders-queue, SQS 3 messages from jobs, queued, 589B
    12:01:05 carts, schedule nightly, running, 134B
    12:01:05 orders-api, again of 12:01:03 GET /orders/42, succeeded, 4 ms warm, 215B
    12:01:05 orders-api, GET /orders/42, - withdrawn, 215B
    12:01:05 carts, schedule nightly, timed out, 3.0 s warm, 134B
    12:01:04 orders-queue, SQS 3 messages from jobs, failed, 12 ms cold, 589B
    12:01:03 orders-api, GET /orders/42, succeeded, 4 ms warm, 215B
    ✗ bills does not build: /app/src/bills.ts:12:9: Expected ";" but found "…  and 1 more · x dismisses
     
    enter open  / filter  r replay  e edit and replay  f follow  p pause  : commands  ? help  q quit"
  `);
});

test('each screen says where one is, and draws nothing', async () => {
  const { terminal } = start();
  await terminal.shows('q quit');
  for (const [keys, says] of [
    ['2', 'tab: (selected) functions'],
    ['3', 'tab: (selected) fixtures'],
    ['4', 'tab: (selected) logs'],
    ['1', 'tab: (selected) invocations'],
    ['Gk\r', 'tab: (selected) answer'],
    ['1', 'tab: (selected) event'],
    ['4', 'tab: (selected) timeline'],
    ['5', 'tab: (selected) context'],
    [':', 'Commands'],
  ] as const) {
    terminal.type(keys);
    const text = await terminal.shows(says);
    expect(text).not.toMatch(/[\u2500-\u259f]|·{2}/);
  }
});

test('what is typed is a text box', async () => {
  const { terminal } = start();
  await terminal.shows('q quit');
  terminal.type('/carts');
  await terminal.shows('textbox: / carts');
});

test('nothing is said again while nothing happens but time', async () => {
  let now = NOON;
  const screen = startScreen([offered('1')], { screenReader: true, now: () => now });
  started.push(screen);
  await screen.terminal.shows('queued');
  const before = screen.terminal.written;
  now += 60_000;
  screen.store.dispatch(offered('2', { at: now }));
  screen.store.dispatch(succeeded('2'));
  await screen.terminal.shows('succeeded');
  expect(screen.terminal.written.slice(before.length).match(/default lane/g)?.length).toBeLessThanOrEqual(2);
});

test.each([
  [
    '❯ 12:01:03 orders     GET /orders/42    ✓ succeeded      4 ms ',
    '12:01:03 orders, GET /orders/42, succeeded, 4 ms',
  ],
  ['  queue    5 ms  ██·········  waited', 'queue, 5 ms, waited'],
  ['  12 │ const x = 1', '12, const x = 1'],
  ['- withdrawn', '- withdrawn'],
])('%s is spoken as %s', (row, said) => {
  expect(spoken(row)).toBe(said);
});
