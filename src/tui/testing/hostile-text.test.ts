import { afterEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { foreignControls, HOSTILE_TEXTS } from './hostile-texts.ts';
import type { ModelledTerminal } from './modelled-terminal.ts';
import { bytes, getRequest, log, NOON, offered, served, succeeded } from './session-events.ts';
import { type StartedScreen, type StartOptions, startScreen } from './started-screen.ts';

const started: StartedScreen[] = [];

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

/** As it stands in JSON, where the encoder escapes what is below a space and lone surrogates. */
function inJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\u007f', '␡')
    .replace(
      /[\u0080-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

function expectHarmless(terminal: ModelledTerminal): void {
  expect(foreignControls(terminal.written)).toEqual([]);
  expect(terminal.brokenRows).toEqual([]);
}

const TEXTS = HOSTILE_TEXTS.map(({ text }) => text);
/** For places that hold one text: all of them, one behind the other. */
const ALL = TEXTS.join(' ');
const [FIRST] = HOSTILE_TEXTS;

// Where there is room for all rows each of them is read; on the smallest screen they are drawn, cut and scrolled.
describe.each([
  { columns: 120, rows: 40, roomForAll: true },
  { columns: 60, rows: 15, roomForAll: false },
])('at $columns×$rows every hostile text is shown and not obeyed', ({ columns, rows, roomForAll }) => {
  function start(events: readonly SessionEvent[], options: StartOptions = {}): StartedScreen {
    const screen = startScreen(events, { columns, rows, ...options });
    started.push(screen);
    return screen;
  }

  /** Resolves once the place is there, with each of the texts where there is room for them. */
  async function showsAll(
    terminal: ModelledTerminal,
    place: string,
    expected: readonly string[],
  ): Promise<void> {
    await terminal.shows(place);
    if (!roomForAll) return;
    for (const one of expected) await terminal.shows(one);
  }

  test('in log lines', async () => {
    const { terminal } = start([offered('1'), ...TEXTS.map((text) => log('1', `before ${text} after`))]);
    const lines = HOSTILE_TEXTS.map(({ shown }) => `before ${shown} after`);
    await terminal.shows('following');
    terminal.type('l');
    await showsAll(terminal, '[3 logs]', lines);
    terminal.type('\u001b');
    await terminal.shows('following');
    terminal.type('4');
    await showsAll(terminal, 'LOGS', lines);
    expectHarmless(terminal);
  });

  test('in names of functions and paths', async () => {
    const { terminal } = start(
      TEXTS.flatMap((text, index) => {
        const functionName = `evil${text}name`;
        const event = bytes(getRequest(`/a${text}b`));
        return [...served(functionName), offered(`${index}`, { functionName, event }), succeeded(`${index}`)];
      }),
    );
    const names = HOSTILE_TEXTS.map(({ shown }) => `evil${shown}name`);
    await showsAll(terminal, 'following', names);
    terminal.type('2');
    await showsAll(terminal, 'STATE', names);
    for (const [key, place] of [
      ['3', 'No fixture'],
      ['4', 'LOGS'],
      [':', 'Commands'],
    ] as const) {
      terminal.type(key);
      await terminal.shows(place);
    }
    terminal.type('\u001b');
    await terminal.shows((screen) => !screen.includes('Commands'));
    terminal.type('1\r');
    await terminal.shows('[1 event]');
    expectHarmless(terminal);
  });

  test('in events, errors and what stands beside them', async () => {
    const event = bytes(Object.fromEntries(TEXTS.map((text) => [`key${text}`, `value${text}`])));
    const error = { errorType: `Type${ALL}`, errorMessage: `message${ALL}`, trace: [`at ${ALL}`, ...TEXTS] };
    const { terminal } = start([
      offered('1', { event, requestId: `id${ALL}`, lane: `lane${ALL}` }),
      {
        type: 'ended',
        id: '1',
        at: NOON + 1_000,
        result: {
          status: 'failed',
          failure: 'handler',
          errorType: error.errorType,
          payload: bytes(error),
          durationMs: 1,
          coldStart: false,
        },
      },
    ]);
    await terminal.shows('✗ ');
    terminal.type('\r1');
    await showsAll(
      terminal,
      '[1 event]',
      TEXTS.map((text) => `"key${inJson(text)}": "value${inJson(text)}"`),
    );
    for (const tab of ['2', '3', '4', '5', '6']) {
      terminal.type(tab);
      await terminal.shows(`[${tab} `);
    }
    expectHarmless(terminal);
  });

  test('in answers that are not JSON', async () => {
    const answered = (id: string, lines: readonly string[]): readonly SessionEvent[] => {
      const payload = new TextEncoder().encode(lines.map((line) => `<p>${line}</p>`).join('\n'));
      const ended = {
        status: 'succeeded',
        payload,
        streamed: false,
        durationMs: 1,
        coldStart: false,
      } as const;
      return [offered(id), { type: 'ended', id, at: NOON, result: ended }];
    };
    const asText = HOSTILE_TEXTS.filter(({ text }) => text !== '\u0000');
    const { terminal } = start([
      ...answered(
        '1',
        asText.map(({ text }) => text),
      ),
      ...answered('2', ['\u0000']),
    ]);
    await terminal.shows('✓ succeeded');
    terminal.type('\r2');
    // Bytes with a NUL in them are shown as bytes.
    await terminal.shows('3c 70 3e 00');
    terminal.type('\u001b');
    await terminal.shows('following');
    terminal.type('j\r2');
    await showsAll(
      terminal,
      '[2 answer]',
      asText.map(({ shown }) => `<p>${shown}</p>`),
    );
    expectHarmless(terminal);
  });

  test('in notices, build errors, holders and the cause of a failing connection', async () => {
    const { terminal, store } = start(
      TEXTS.map((text) => ({ type: 'notice', level: 'warning', text: `told ${text}` })),
    );
    for (const { shown } of HOSTILE_TEXTS.toReversed()) {
      await terminal.shows(`! told ${shown}`);
      terminal.type('x');
    }
    terminal.type('2');
    await terminal.shows('STATE');
    for (const [index, { text, shown }] of HOSTILE_TEXTS.entries()) {
      const location = { file: `/a${text}`, line: 1, column: 3, lineText: `x ${text}` };
      const problems = [{ text: `problem ${text}`, location }];
      store.dispatch({
        type: 'function',
        name: 'orders',
        arn: 'arn',
        state: { status: 'build-error', problems },
      });
      store.dispatch({
        type: 'function',
        name: 'held',
        arn: 'arn',
        state: { status: 'held', sessionId: `s${text}`, since: '2026-01-02T11:00:00Z', name: `anna${text}` },
      });
      store.dispatch({ type: 'notice', level: 'info', text: `news ${text}` });
      const attempt = index + 2;
      store.dispatch({
        type: 'connection',
        state: { status: 'connecting', attempt, cause: new Error(`cause ${text}`) },
      });
      await showsAll(terminal, `attempt ${attempt}`, [`problem ${shown}`, `│ x ${shown}`, `anna${shown}`]);
      await terminal.shows(`news ${shown}`);
    }
    expectHarmless(terminal);
  });

  test('in fixtures', async () => {
    const fixtures = [
      ...TEXTS.map((text) => ({ name: `broken${text}`, file: `/g${text}`, problem: `no ${text}` })),
      { name: `evil${ALL}/one`, file: `/f${ALL}`, event: { [`a${ALL}`]: ALL }, expect: { answer: ALL } },
    ];
    const { terminal } = start([], {
      actions: {
        fixtures: async () => fixtures,
        sendFixture: () => Promise.reject(new Error(`cannot ${ALL}`)),
      },
    });
    await terminal.shows('No invocation');
    terminal.type('3');
    await showsAll(
      terminal,
      `${TEXTS.length} invalid`,
      HOSTILE_TEXTS.map(({ shown }) => `broken${shown}`),
    );
    for (const { shown } of HOSTILE_TEXTS) {
      await terminal.shows(`no ${shown}`);
      terminal.type('j');
    }
    terminal.type('j');
    await terminal.shows(/❯ {3}one/);
    terminal.type('s');
    await terminal.shows('Send');
    terminal.type('\r');
    await terminal.shows(`cannot ${FIRST?.shown}`);
    expectHarmless(terminal);
  });

  test('in pasted text', async () => {
    const { terminal } = start([offered('1')]);
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('1/1');
    terminal.type(`\u001b[200~${ALL.replaceAll('\u001b', '')} needle\u001b[201~`);
    // Controls and line ends have become spaces.
    const left = HOSTILE_TEXTS.filter(({ text }) => !/[\p{Cc}\u2028]/u.test(text));
    await showsAll(
      terminal,
      ' needle ',
      left.map(({ shown }) => shown),
    );
    expectHarmless(terminal);
  });
});
