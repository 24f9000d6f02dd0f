import { afterEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../session/event.ts';
import { foreignControls, HOSTILE_TEXTS } from './hostile-texts.ts';
import { bytes, failed, getRequest, log, NOON, offered, served, succeeded } from './session-events.ts';
import { type StartedScreen, type StartOptions, startScreen } from './started-screen.ts';

const started: StartedScreen[] = [];

function start(events: readonly SessionEvent[], options: StartOptions = {}): StartedScreen {
  const screen = startScreen(events, { columns: 120, rows: 40, ...options });
  started.push(screen);
  return screen;
}

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

describe.each(HOSTILE_TEXTS)('$what is shown and not obeyed', ({ text, shown }) => {
  test('in log lines', async () => {
    const { terminal } = start([offered('1'), log('1', `before ${text} after`)]);
    await terminal.shows('following');
    terminal.type('l');
    await terminal.shows(`before ${shown} after`);
    terminal.type('\u001b');
    await terminal.shows('following');
    terminal.type('4');
    await terminal.shows('LOGS');
    expect(await terminal.shows(`before ${shown} after`)).toContain('llx OFFLINE');
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in names of functions and paths', async () => {
    const functionName = `evil${text}name`;
    const { terminal } = start([
      ...served(functionName),
      offered('1', { functionName, event: bytes(getRequest(`/a${text}b`)) }),
      succeeded('1'),
    ]);
    await terminal.shows(`evil${shown}`);
    for (const [key, place] of [
      ['2', 'STATE'],
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
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in events, errors and what stands beside them', async () => {
    const event = bytes({ [`key${text}`]: `value${text}` });
    const { terminal, store } = start([offered('1', { event }), failed('1')]);
    store.dispatch(offered('2', { event, requestId: `id${text}`, lane: `lane${text}`, at: NOON + 1_000 }));
    const payload = new TextEncoder().encode(
      JSON.stringify({ errorType: `Type${text}`, errorMessage: `message${text}`, trace: [`at ${text}`] }),
    );
    store.dispatch({
      type: 'ended',
      id: '2',
      at: NOON + 1_000,
      result: {
        status: 'failed',
        failure: 'handler',
        errorType: `Type${text}`,
        payload,
        durationMs: 1,
        coldStart: false,
      },
    });
    await terminal.shows('✗ failed');
    terminal.type('\r');
    const json = inJson(text);
    await terminal.shows(`"value${json}"`);
    for (const tab of ['2', '3', '4', '5', '6']) {
      terminal.type(tab);
      await terminal.shows(`[${tab} `);
    }
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in answers that are not JSON', async () => {
    const { terminal, store } = start([offered('1')]);
    const payload = new TextEncoder().encode(`<p>${text}</p>`);
    const result = {
      status: 'succeeded',
      payload,
      streamed: false,
      durationMs: 1,
      coldStart: false,
    } as const;
    store.dispatch({ type: 'ended', id: '1', at: NOON, result });
    await terminal.shows('✓ succeeded');
    terminal.type('\r2');
    await terminal.shows('[2 answer]');
    // Bytes with a NUL in them are shown as bytes.
    await terminal.shows(text === '\u0000' ? '3c 70 3e 00' : `<p>${shown}</p>`);
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in notices, build errors, holders and the cause of a failing connection', async () => {
    const { terminal, store } = start([
      { type: 'notice', level: 'warning', text: `told ${text}` },
      {
        type: 'function',
        name: 'orders',
        arn: 'arn',
        state: {
          status: 'build-error',
          problems: [
            {
              text: `problem ${text}`,
              location: { file: `/a${text}`, line: 1, column: 3, lineText: `x ${text}` },
            },
          ],
        },
      },
      {
        type: 'function',
        name: 'held',
        arn: 'arn',
        state: { status: 'held', sessionId: `s${text}`, since: '2026-01-02T11:00:00Z', name: `anna${text}` },
      },
    ]);
    await terminal.shows(`problem ${shown}`);
    terminal.type('2');
    await terminal.shows(`x ${shown}`);
    store.dispatch({ type: 'notice', level: 'info', text: `news ${text}` });
    store.dispatch({
      type: 'connection',
      state: { status: 'connecting', attempt: 3, cause: new Error(`cause ${text}`) },
    });
    await terminal.shows('attempt 3');
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in fixtures', async () => {
    const fixtures = [
      { name: `evil${text}/one`, file: `/f${text}`, event: { [`a${text}`]: text }, expect: text },
      { name: `broken${text}`, file: '/g', problem: `no ${text}` },
    ];
    const { terminal } = start([], {
      actions: {
        fixtures: async () => fixtures,
        sendFixture: () => Promise.reject(new Error(`cannot ${text}`)),
      },
    });
    await terminal.shows('No invocation');
    terminal.type('3');
    await terminal.shows('1 invalid');
    terminal.type('G');
    await terminal.shows(`no ${shown}`);
    terminal.type('kkj');
    await terminal.shows(/❯ {3}one/);
    terminal.type('s');
    await terminal.shows('Send');
    terminal.type('\r');
    await terminal.shows(`cannot ${shown}`);
    expect(foreignControls(terminal.written)).toEqual([]);
  });

  test('in pasted and typed text', async () => {
    const { terminal } = start([offered('1')]);
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('1/1');
    terminal.type(`\u001b[200~needle${text.replaceAll('\u001b', '')}\u001b[201~`);
    await terminal.shows('/needle');
    expect(foreignControls(terminal.written)).toEqual([]);
  });
});
