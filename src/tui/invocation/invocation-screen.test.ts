import { afterEach, describe, expect, test, vi } from 'vitest';
import { FixtureExistsError } from '../../fixtures/save-fixture.ts';
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

const order = { rawPath: '/orders', body: '{"id":42}', list: [1, 2] };

async function opened(events: readonly SessionEvent[], options: StartOptions = {}) {
  const screen = start(events, options);
  await screen.terminal.shows('❯');
  screen.terminal.type('\r');
  await screen.terminal.shows(/\[1 event\]|\[2 answer\]/);
  return screen;
}

describe('an event', () => {
  test('is folded and unfolded, with the row that was chosen still chosen', async () => {
    const { terminal, body } = await opened([offered('1', { event: bytes(order) }), succeeded('1')]);
    expect(body().slice(3, 11)).toEqual([
      '❯ 1 {',
      '  2   "rawPath": "/orders",',
      '  3   "body": "{\\"id\\":42}",  JSON',
      '  4   "list": [',
      '  5     1,',
      '  6     2',
      '  7   ]',
      '  8 }',
    ]);
    terminal.type('jjj\r');
    await terminal.shows('[…] 2 items');
    expect(body().slice(6, 8)).toEqual(['❯ 4   "list": […] 2 items', '  8 }']);
    terminal.type('k\r');
    await terminal.shows('in a string');
    expect(body().slice(5, 8)).toEqual(['❯  3   "body": {  in a string', '   4     "id": 42', '   5   },']);
  });

  test('is searched, and the match that a fold hides is unfolded', async () => {
    const event = bytes({ a: { b: { needle: 1 } }, z: 'NEEDLE' });
    const { terminal } = await opened([offered('1', { event }), succeeded('1')]);
    terminal.type('-');
    await terminal.shows('{…} 1 key');
    terminal.type('/needle');
    await terminal.shows('2 found');
    terminal.type('\r');
    expect(await terminal.shows('"needle": 1')).toContain('❯ 4       "needle": 1');
    terminal.type('n');
    await terminal.shows('❯ 7   "z": "NEEDLE"');
  });

  test('of 6 MB opens whole, and its end is one key away', async () => {
    const event = bytes({ list: Array.from({ length: 300_000 }, (_, index) => ({ index })) });
    const { terminal } = await opened([offered('1', { event }), succeeded('1')]);
    terminal.type('G');
    expect(await terminal.shows('❯ 900004 }')).toMatch(/^orders · event of 4\.8 MiB/m);
  });
});

describe('without a tab that was chosen by hand', () => {
  const events = [offered('1'), succeeded('1'), offered('2'), failed('2')];

  test('a failed invocation opens on its error, another one on its event', async () => {
    const { terminal } = await opened(events);
    await terminal.shows('[2 answer]');
    terminal.type('J');
    await terminal.shows('[1 event]');
    terminal.type('K');
    await terminal.shows('❯ TypeError: total is not a number');
  });

  test('and with one each opens there', async () => {
    const { terminal } = await opened(events);
    terminal.type('3');
    await terminal.shows('[3 logs]');
    terminal.type('J');
    await terminal.shows((text) => text.includes('✓ succeeded') && text.includes('[3 logs]'));
    terminal.type('K');
    await terminal.shows((text) => text.includes('✗ failed') && text.includes('[3 logs]'));
  });
});

describe('an answer', () => {
  test('whose code is wider than the screen shows where it failed', async () => {
    const line = `${'x'.repeat(300)}fails();${'y'.repeat(300)}`;
    const readSource = async () => [{ line: 12, text: line }];
    const error = { errorType: 'E', errorMessage: 'm', trace: ['    at f (src/a.ts:12:301)'] };
    const result = {
      status: 'failed',
      failure: 'handler',
      errorType: 'E',
      payload: bytes(error),
      durationMs: 1,
      coldStart: false,
    } as const;
    const { terminal, body } = await opened([offered('1'), { type: 'ended', id: '1', at: NOON, result }], {
      actions: { readSource },
    });
    await terminal.shows('fails();');
    const [code, mark] = body().slice(5, 7);
    expect(mark?.indexOf('^')).toBe(code?.indexOf('fails()'));
  });

  test('that is an error shows message, code frame, stack and the object', async () => {
    const readSource = async () => [
      { line: 11, text: 'const total = order.total;' },
      { line: 12, text: '  return total();' },
    ];
    const { terminal, body } = await opened([offered('1'), failed('1')], { actions: { readSource } });
    terminal.type('2');
    await terminal.shows('> 12');
    expect(body().slice(3, 12)).toEqual([
      '❯ TypeError: total is not a number',
      '  src/orders.ts:12',
      '    11 │ const total = order.total;',
      '  > 12 │   return total();',
      '       │         ^',
      '',
      '      at handler (src/orders.ts:12:9)',
      '',
      '  1 {',
    ]);
  });

  test('that is binary is dumped', async () => {
    const payload = Uint8Array.from([0x89, 0x50, 0x00, 0xff]);
    const result = { status: 'succeeded', payload, streamed: true, durationMs: 1, coldStart: false } as const;
    const { terminal, body } = await opened([offered('1'), { type: 'ended', id: '1', at: NOON + 5, result }]);
    terminal.type('2');
    await terminal.shows('89 50');
    expect(body().slice(3, 5)).toEqual([
      '❯ 4 B that are no text.',
      `  00000000  ${'89 50 00 ff'.padEnd(48)} .P..`,
    ]);
  });
});

test('logs show levels and fold JSON lines; escape sequences are shown, not obeyed', async () => {
  const { terminal, body } = await opened([
    offered('1'),
    log('1', '2026-01-02T12:01:03.004Z\tid\tERROR\tbroken \u001b[31mred'),
    log('1', '{"level":"INFO","message":"made","orderId":42}'),
    succeeded('1'),
  ]);
  terminal.type('3');
  await terminal.shows('made');
  expect(body().slice(3, 5)).toEqual(['  12:01:03.004 ERROR broken ␛[31mred', '❯ ▸ INFO made {…} 3 keys']);
  terminal.type('\r');
  await terminal.shows('"orderId": 42');
});

test('the timeline tells where the time went', async () => {
  const { terminal, body } = await opened(
    [
      offered('1'),
      { type: 'progress', id: '1', step: 'building', at: NOON + 100 },
      { type: 'progress', id: '1', step: 'running', at: NOON + 400 },
      { type: 'claimed', id: '1', at: NOON + 20 },
      succeeded('1'),
    ],
    { columns: 100 },
  );
  terminal.type('4');
  await terminal.shows('claim');
  const words = body()
    .slice(3)
    .map((row) => row.replaceAll(/[·█]+/g, '|').trim());
  expect(words).toContain('queue         100 ms  |  waited for a worker');
  expect(words).toContain('build         300 ms  |  esbuild');
  expect(words).toContain('handler         4 ms  |  the handler ran');
  expect(words).toContain('claim       at 20 ms  ◆|  the caller’s side knows that it runs');
  const names = words.map((row) => /^(?:❯ )?(\w+)/.exec(row)?.[1]).filter((name) => name !== undefined);
  expect(names).toEqual(['offer', 'queue', 'claim', 'build', 'handler', 'answer', 'total']);
  expect(words).toContain('total          1.0 s  ✓ succeeded');
});

test('the context says everything but secrets', async () => {
  const context = {
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:orders:live',
    functionVersion: '7',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/orders',
    logStreamName: 'stream',
    remainingMs: 3_000,
    clientContext: { custom: { a: 'b' } },
    identity: undefined,
    traceId: 'Root=1-2',
    streaming: false,
    credentials: 'forwarded',
  } as const;
  const { terminal } = await opened([offered('1', { context }), succeeded('1')], { rows: 40 });
  terminal.type('5');
  const text = await terminal.shows('client context');
  for (const part of [
    'function:orders:live',
    'Root=1-2',
    '3.0 s after the offer',
    'sent along by its stub',
  ]) {
    expect(text).toContain(part);
  }
});

describe('a replay', () => {
  test('runs the same event, and the difference shows by itself after a reload', async () => {
    const { terminal, store, calls } = await opened([offered('1'), succeeded('1', { total: 1, same: true })]);
    terminal.type('r');
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]).toEqual([
      'replay',
      { functionName: 'orders', event: bytes(getRequest('/orders/42')), replayOf: '1' },
    ]);
    store.dispatch({ type: 'reloaded', functionName: 'orders', file: 'src/orders.ts', durationMs: 12 });
    store.dispatch(offered('2', { replayOf: '1', at: NOON + 2_000 }));
    store.dispatch(succeeded('2', { same: true, total: 2 }));
    const text = await terminal.shows('[6 diff]');
    expect(text).toContain('1 change · the code was reloaded between the two');
    expect(text).toContain('~ .total');
    expect(text).toContain('- 1');
    expect(text).toContain('+ 2');
  });

  test('of an edited event comes back to the editor until it is JSON', async () => {
    const given: string[] = [];
    const answers = ['{"a":}', '{"a":2}'];
    const edit = async (text: string) => {
      given.push(text);
      const answer = answers.shift() ?? '';
      return given.length === 2 ? `${text.split('\n').slice(0, 2).join('\n')}\n${answer}` : answer;
    };
    const { terminal, calls } = await opened([offered('1', { event: bytes({ a: 1 }) }), succeeded('1')], {
      actions: { edit },
    });
    terminal.type('e');
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    expect(given[1]?.split('\n')[0]).toBe('// Not JSON: line 3, column 6: unexpected "}"');
    expect(given[1]?.endsWith('{"a":}')).toBe(true);
    expect(calls[0]).toEqual(['replay', { functionName: 'orders', event: bytes({ a: 2 }), replayOf: '1' }]);
  });
});

test('a fixture is saved under a readable name, and replaced only when that is said', async () => {
  const saved: unknown[] = [];
  const saveFixture = async (
    _: unknown,
    options: { readonly name: string; readonly overwrite?: boolean },
  ) => {
    saved.push(options);
    if (options.overwrite !== true) throw new FixtureExistsError(options.name, undefined);
    return { name: options.name, file: `fixtures/${options.name}.json` };
  };
  const { terminal } = await opened([offered('1'), succeeded('1')], { actions: { saveFixture } });
  terminal.type('f');
  await terminal.shows('Save as fixture: orders/get-orders-42-200');
  terminal.type('\r');
  await terminal.shows('There is a fixture orders/get-orders-42-200 already. Replace it?');
  terminal.type('y');
  await terminal.shows('Saved without secrets: fixtures/orders/get-orders-42-200.json');
  expect(saved).toEqual([
    { name: 'orders/get-orders-42-200', overwrite: false },
    { name: 'orders/get-orders-42-200', overwrite: true },
  ]);
});

test('the copy menu offers what can be copied', async () => {
  const { terminal, calls } = await opened([offered('1', { event: bytes({ "it's": 1 }) }), succeeded('1')]);
  terminal.type('c');
  await terminal.shows('command that sends it');
  terminal.type('i');
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  expect(calls[0]).toEqual(['copy', `llx invoke orders --data '{"it'\\''s":1}'`]);
});

test('no line is broken on any screen between the smallest and the largest', async () => {
  const { terminal } = await opened([
    offered('1', { event: bytes({ text: '日本語'.repeat(40), more: { a: [1] } }) }),
    log('1', '日本語 '.repeat(60)),
    failed('1'),
  ]);
  for (const [columns, rows] of [
    [200, 60],
    [61, 16],
    [60, 15],
  ] as const) {
    terminal.resize(columns, rows);
    for (const key of ['1', '2', '3', '4', '5', '6']) {
      terminal.type(key);
      await terminal.shows((text) => text.includes(`[${key} `) && text.split('\n').length === rows);
      expect(terminal.text.split('\n').at(-1)).toContain('quit');
    }
  }
});

test('the neighbours are one key away, and the ends of the history are told', async () => {
  const { terminal } = await opened([offered('1'), succeeded('1'), offered('2'), succeeded('2')]);
  terminal.type('K');
  await terminal.shows('There is no newer one.');
  terminal.type('J');
  await terminal.shows((text) => !text.includes('There is no newer one.'));
  terminal.type('J');
  await terminal.shows('There is no older one.');
});

test('two Escapes in one read are two steps back', async () => {
  const { terminal } = await opened([offered('1'), succeeded('1')]);
  terminal.type('/nothing');
  await terminal.shows('/nothing');
  terminal.type('\u001b\u001b');
  await terminal.shows('1 invocation · ');
});
