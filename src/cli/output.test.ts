import { expect, test } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { ModelledTerminal } from '../tui/testing/modelled-terminal.ts';
import { recordedActions } from '../tui/testing/recorded-actions.ts';
import { dropped } from '../tui/testing/session-events.ts';
import { type OutputFlags, openOutput } from './output.ts';

const SCREEN = {
  mode: { label: 'OFFLINE', endpoint: '' },
  lane: 'default',
  actions: recordedActions().actions,
};

const READY = {
  mode: 'offline',
  mqtt: 'mqtt://127.0.0.1:1883',
  account: '0',
  region: 'us-east-1',
  functions: [],
} as const;

function open(flags: OutputFlags, env: NodeJS.ProcessEnv = {}) {
  const terminal = new ModelledTerminal();
  const store = createSessionStore();
  const { stdin, stdout } = terminal;
  const output = openOutput(flags, store, { stdin, stdout, env });
  return { terminal, store, output };
}

test('--verbose tells on the screen what was dropped, even before there was one, and leaves a table', async () => {
  const { terminal, store, output } = open({ verbose: true });
  store.dispatch(dropped('while it started'));
  output.ready(READY);
  const shown = output.show(SCREEN);
  await terminal.shows('dropped  stub seal-broken: while it started');
  terminal.type('q');
  await shown;
  expect(await terminal.shows('count')).toMatchInlineSnapshot(`
    "No invocations. 1 message dropped.

    process  reason       count
    stub     seal-broken      1"
  `);
  await output.close();
});

test('without --verbose the screen counts what was dropped', async () => {
  const { terminal, store, output } = open({ verbose: false });
  store.dispatch(dropped('while it started'));
  output.ready(READY);
  const shown = output.show(SCREEN);
  expect(await terminal.shows('1 dropped')).not.toContain('while it started');
  terminal.type('q');
  await shown;
  expect(await terminal.shows('No invocations')).toBe('No invocations. 1 message dropped.');
  await output.close();
});

test('the screen is there before what is at the other end is known, and shows it then', async () => {
  const { terminal, output } = open({ verbose: false });
  const shown = output.show(SCREEN);
  output.setMode({ label: 'LIVE', endpoint: 'eu-central-1 123456789012' });
  await terminal.shows('llx LIVE eu-central-1 123456789012 · connecting · default lane');
  terminal.type('q');
  await shown;
  await output.close();
  // Nothing was there to sum up.
  expect(terminal.text).toBe('');
});

test('a defect leaves the terminal as it was before it is told', async () => {
  const { terminal, output } = open({ verbose: false });
  const before = process.listenerCount('uncaughtException');
  const shown = output.show(SCREEN);
  await terminal.shows('quit');
  const [restore] = process.listeners('uncaughtException');
  restore?.(new Error('a defect'), 'uncaughtException');
  await shown;
  expect(terminal.rawMode).toBe(false);
  expect(process.listenerCount('uncaughtException')).toBe(before);
});

test.each([
  ['--plain', { plain: true, verbose: false }, {}],
  ['--json', { json: true, verbose: false }, {}],
  ['in CI', { verbose: false }, { CI: 'true' }],
])('%s there is no screen', async (_, flags, env) => {
  const { output } = open(flags, env);
  expect([output.interactive, output.show(SCREEN)]).toEqual([false, undefined]);
  await output.close();
});
