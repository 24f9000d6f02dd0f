import { expect, test } from 'vitest';
import { createSessionStore } from '../session/store.ts';
import { ModelledTerminal } from '../tui/testing/modelled-terminal.ts';
import { dropped } from '../tui/testing/session-events.ts';
import { type OutputFlags, openOutput } from './output.ts';

const MODE = {
  label: 'OFFLINE',
  endpoint: 'http://127.0.0.1:4566',
  lane: 'default',
  invocation: (name: string) => `llx invoke ${name}`,
};

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
  const shown = output.show(MODE);
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
  const shown = output.show(MODE);
  expect(await terminal.shows('1 dropped')).not.toContain('while it started');
  terminal.type('q');
  await shown;
  expect(await terminal.shows('No invocations')).toBe('No invocations. 1 message dropped.');
  await output.close();
});

test.each([
  ['--plain', { plain: true, verbose: false }, {}],
  ['--json', { json: true, verbose: false }, {}],
  ['in CI', { verbose: false }, { CI: 'true' }],
])('%s there is no screen', async (_, flags, env) => {
  const { output } = open(flags, env);
  expect([output.interactive, output.show(MODE)]).toEqual([false, undefined]);
  await output.close();
});
