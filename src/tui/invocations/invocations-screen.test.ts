import { afterEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { bytes, failed, getRequest, log, NOON, offered, succeeded } from '../testing/session-events.ts';
import { type StartedScreen, type StartOptions, startScreen } from '../testing/started-screen.ts';

const started: StartedScreen[] = [];

function start(events: readonly SessionEvent[], options: StartOptions = {}): StartedScreen {
  const screen = startScreen(events, options);
  started.push(screen);
  return screen;
}

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

const sqs = bytes({
  Records: [1, 2, 3].map(() => ({
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    body: 'needle',
  })),
});

const EVENTS: readonly SessionEvent[] = [
  offered('1'),
  succeeded('1'),
  offered('2', { functionName: 'resize', event: sqs, at: NOON + 1_000 }),
  failed('2'),
  offered('3', { at: NOON + 2_000, replayOf: '1', event: bytes(getRequest('/orders/42')) }),
  { type: 'progress', id: '3', step: 'running', at: NOON },
];

test('each row says when, what, from where, how it stands, how long, how it started, which try, how large', async () => {
  const { terminal, body } = start(EVENTS, { columns: 130 });
  await terminal.shows('❯');
  const cells = body()
    .slice(0, 5)
    .map((row) => row.trim().split(/\s{2,}/));
  expect(cells).toEqual([
    ['3 invocations · following the newest · newest first'],
    ['TIME', 'FUNCTION', 'SOURCE', 'STATUS', 'DURATION START TRY', 'SIZE'],
    ['❯', '12:01:05 orders', '↻ of 12:01:03 GET /orders/42', '● running', '1 s …', '215 B'],
    ['12:01:04 resize', 'SQS 3 messages from jobs', '✗ failed TypeError', '12 ms cold', '316 B'],
    ['12:01:03 orders', 'GET /orders/42', '✓ succeeded', '4 ms warm', '215 B'],
  ]);
});

test('a narrow screen leaves out what says least', async () => {
  const { terminal, body } = start(EVENTS, { columns: 60, rows: 15 });
  await terminal.shows('❯');
  expect(body()[1]?.trim().split(/\s+/)).toEqual(['FUNCTION', 'SOURCE', 'STATUS', 'TOOK']);
});

test('at 80 columns each row still says how it started, which try it is and how large, in short', async () => {
  const again = offered('4', { requestId: '00000002-1111-4222-8333-444455556666', at: NOON + 3_000 });
  const { terminal, body } = start([...EVENTS, again, failed('4')], { columns: 80 });
  await terminal.shows('❯');
  expect(body()[0]).toBe('4 invocations · following the newest · newest first · c cold, w warm');
  const ends = body()
    .slice(1, 6)
    .map((row) => row.trim().replace(/\s+/g, ' ').split(' ').slice(-4).join(' '));
  expect(ends).toEqual([
    'SOURCE STATUS TOOK SIZE',
    'ms c ×2 215B',
    '1 s … 215B',
    '12 ms c 316B',
    '4 ms w 215B',
  ]);
});

test('what takes minutes is told in seconds where they do not fit', async () => {
  const late = {
    type: 'ended',
    id: '1',
    at: NOON,
    result: {
      status: 'succeeded',
      payload: bytes(1),
      streamed: false,
      durationMs: 754_300,
      coldStart: false,
    },
  } as const;
  const { terminal } = start([offered('1'), late], { columns: 80 });
  await terminal.shows(/✓ succeeded +754 s w/);
});

test.each([
  ['fn:resize', '1/3', 'SQS'],
  ['status:succeeded', '1/3', '✓'],
  ['source:sqs', '1/3', 'SQS'],
  ['needle', '1/3', 'SQS'],
  ['total is not', '1/3', '✗'],
  ['-fn:resize status:running', '1/3', '●'],
  ['"printed here"', '1/3', '✓'],
])('the filter %s shows what fits, and how many', async (query, count, found) => {
  const { terminal, body } = start([...EVENTS.slice(0, 2), log('1', 'printed here'), ...EVENTS.slice(2)]);
  await terminal.shows('❯');
  terminal.type('/');
  await terminal.shows('3/3');
  terminal.type(query);
  await terminal.shows(count);
  terminal.type('\r');
  await terminal.shows(`${count} fit`);
  const rows = body()
    .slice(2)
    .filter((row) => row !== '');
  expect(rows).toHaveLength(1);
  expect(rows[0]).toContain(found);
  terminal.type('\u001b');
  await terminal.shows('3 invocations');
});

test('a filter that takes its time goes on counting, also where nothing else happens', async () => {
  const large = bytes({ text: 'x'.repeat(256 * 1024) });
  const events = Array.from({ length: 200 }, (_, index) => [
    offered(`${index}`, { event: large }),
    succeeded(`${index}`),
  ]);
  const oldest = [offered('oldest', { event: bytes('needle') }), succeeded('oldest')];
  const { terminal } = start([...oldest, ...events.flat()]);
  await terminal.shows('❯');
  terminal.type('/needle');
  await terminal.shows('/needle   1/201');
  await terminal.shows('1/201 fit “needle” · ');
});

test('pausing holds the list, not what runs in it', async () => {
  const { terminal, store, body } = start(EVENTS);
  await terminal.shows('❯');
  terminal.type('p');
  await terminal.shows('paused, +0 new');
  store.dispatch(offered('4', { at: NOON + 3_000 }));
  store.dispatch(succeeded('3'));
  await terminal.shows('paused, +1 new');
  await terminal.shows((text) => !text.includes('running  '));
  expect(body().filter((row) => /\d\d:\d\d:\d\d/.test(row))).toHaveLength(3);
  terminal.type('p');
  await terminal.shows('4 invocations');
});

test('what is pinned stands at the top and stays there', async () => {
  const { terminal, store, body } = start(EVENTS);
  await terminal.shows('❯');
  terminal.type('G ');
  await terminal.shows('◆');
  store.dispatch(offered('4', { at: NOON + 3_000 }));
  await terminal.shows('4 invocations');
  expect(body()[2]).toMatch(/^❯ ◆ 12:01:03/);
});

test('the newest is followed until another is chosen, and again on f', async () => {
  const { terminal, store } = start(EVENTS);
  await terminal.shows('❯');
  terminal.type('j');
  await terminal.shows((text) => /❯.*resize/.test(text));
  store.dispatch(offered('4', { at: NOON + 9_000 }));
  await terminal.shows('12:01:12');
  expect(terminal.text).toMatch(/❯.*resize/);
  terminal.type('f');
  await terminal.shows((text) => /❯.*12:01:12/.test(text));
});

test('history that is no longer kept leaves a mark', async () => {
  const { terminal, store } = start([]);
  for (let index = 0; index < 10_050; index += 1) {
    const id = `x${index}`;
    store.dispatch(offered(id));
    store.dispatch(succeeded(id));
  }
  await terminal.shows('10000 invocations');
  terminal.type('G');
  await terminal.shows('… 50 older invocations are no longer kept');
});

test('replaying asks for the same event of the same function', async () => {
  const { terminal, calls } = start(EVENTS);
  await terminal.shows('❯');
  terminal.type('jr');
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  expect(calls[0]).toEqual(['replay', { functionName: 'resize', event: sqs, replayOf: '2' }]);
});
