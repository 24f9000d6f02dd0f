import { afterEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { NOON, offered } from '../testing/session-events.ts';
import { type StartedScreen, type StartOptions, startScreen } from '../testing/started-screen.ts';

let screen: StartedScreen;

afterEach(() => screen.close());

function streamed(id: string, text: string, bytes: number = Buffer.byteLength(text)): SessionEvent {
  return {
    type: 'ended',
    id,
    at: NOON + 5,
    result: {
      status: 'succeeded',
      payload: new Uint8Array(),
      streamed: true,
      durationMs: 1,
      coldStart: false,
    },
    streamed: { beginning: Buffer.from(text), bytes },
  };
}

async function opened(events: readonly SessionEvent[], options: StartOptions = {}): Promise<void> {
  screen = startScreen(events, { columns: 100, ...options });
  await screen.terminal.shows('❯');
  screen.terminal.type('\r');
  await screen.terminal.shows('[1 event]');
}

const PRELUDE = JSON.stringify({
  statusCode: 201,
  headers: { 'content-type': 'text/plain' },
  cookies: ['a=1'],
});

test('the answer of an HTTP stream is shown as status, headers and body', async () => {
  await opened([offered('1'), streamed('1', `${PRELUDE}${'\0'.repeat(8)}first\nsecond\n`)]);
  screen.terminal.type('2');
  await screen.terminal.shows('second');
  expect(screen.body().slice(3, 10)).toEqual([
    '❯ HTTP 201',
    '  content-type: text/plain',
    '  set-cookie: a=1',
    '',
    '  first',
    '  second',
    '',
  ]);
});

test('it is copied as one reads it', async () => {
  await opened([offered('1'), streamed('1', `${PRELUDE}${'\0'.repeat(8)}text`)]);
  screen.terminal.type('c');
  await screen.terminal.shows('answer');
  screen.terminal.type('a');
  await vi.waitFor(() => expect(screen.calls).toEqual([['copy', `${PRELUDE}\n\ntext`]]));
});

test('two streams are compared line by line', async () => {
  await opened([
    offered('1'),
    streamed('1', 'one\ntwo\nthree'),
    offered('2', { replayOf: '1', at: NOON + 1_000 }),
    streamed('2', 'one\n2\nthree'),
  ]);
  screen.terminal.type('d');
  expect(await screen.terminal.shows('1 change')).toMatch(/~ \[1\]\n +- "two"\n +\+ "2"/);
});

test('one that is cut off says so where it is read, compared, copied and saved', async () => {
  const saveFixture = async () => ({ name: 'a', file: 'fixtures/a.json' });
  const cut = streamed('1', 'beginning\n', 400_000);
  const replay = offered('2', { replayOf: '1', at: NOON + 1_000 });
  await opened([offered('1'), cut, replay, streamed('2', 'beginning\nend')], { actions: { saveFixture } });
  screen.terminal.type('d');
  await screen.terminal.shows('- 12:01:03 ✓ succeeded · 1 ms · only its beginning');
  screen.terminal.type('J2');
  await screen.terminal.shows('Cut off: the first 10 B of 391 KiB.');
  screen.terminal.type('c');
  await screen.terminal.shows('beginning of the answer');
  screen.terminal.type('\u001b');
  await screen.terminal.shows((text) => !text.includes('beginning of the answer'));
  screen.terminal.type('f');
  await screen.terminal.shows('Save as fixture');
  screen.terminal.type('\r');
  await screen.terminal.shows('without an expected answer, of which only the beginning is kept');
});
