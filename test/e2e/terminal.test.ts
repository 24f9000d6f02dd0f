import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin, lambdaClient } from '../support/llx-process.ts';
import { greetSource, makeGreetProject, SECRET } from './terminal/greet-project.ts';
import { hasTmux, TmuxTerminal } from './terminal/tmux-terminal.ts';

let project: Awaited<ReturnType<typeof makeGreetProject>>;
let terminal: TmuxTerminal;

beforeEach(async () => {
  project = await makeGreetProject();
  const { directory, editor } = project;
  terminal = await TmuxTerminal.open({ columns: 120, rows: 30, cwd: directory, env: { EDITOR: editor } });
});

afterEach(async () => {
  await terminal.close();
  await project.remove();
});

async function invoked(endpoint: string, name: string): Promise<unknown> {
  const client = lambdaClient(endpoint);
  try {
    const { Payload } = await client.send(
      new InvokeCommand({ FunctionName: 'greet', Payload: JSON.stringify({ name }) }),
    );
    return JSON.parse(Payload?.transformToString() ?? '');
  } finally {
    client.destroy();
  }
}

/** From an invocation back to the list, which says so, and into its first row. */
async function openNewest(list: string): Promise<void> {
  await terminal.keys('Escape');
  await terminal.shows(list);
  await terminal.keys('g', 'Enter');
  await terminal.shows('6 diff');
}

test.skipIf(!hasTmux)(
  hasTmux ? 'a developer works a while with llx, in a real terminal' : 'skipped: no tmux',
  async () => {
    await terminal.command(
      `clear; echo before; ${process.execPath} ${bin} dev --offline --port 0 --mqtt-port 0; echo "exit code $?"`,
    );
    const first = await terminal.shows('Functions: ');
    expect(first).toMatch(/Send one: llx invoke \w+/);
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? '';

    // Fixtures: one is sent, then all; each result stands beside what was expected.
    await terminal.keys('3');
    await terminal.shows(/▾ count 1[\s\S]+▾ greet 1/);
    await terminal.type('jjj');
    await terminal.shows(/❯ +ada/);
    await terminal.keys('Enter');
    await terminal.shows('Sent greet/ada to greet.');
    await terminal.shows(/ada +✓ as expected/);
    await terminal.keys('a');
    await terminal.shows(/two +✗ other answer/);

    // An invocation: its event, its answer, its log, where what a terminal would obey is only shown.
    await terminal.keys('1');
    await terminal.shows('3 invocations');
    await terminal.type('/fn:greet');
    await terminal.shows('2/3');
    await terminal.keys('Enter');
    await terminal.shows('2/3 fit “fn:greet”');
    await terminal.keys('Enter');
    await terminal.shows('"name": "Ada"');
    await terminal.keys('3');
    expect(await terminal.shows('\\u202eback')).toContain('␛[2J␛]0;owned␇\\u009b31m');
    await terminal.keys('2');
    await terminal.shows('"greeting": "Hello, Ada!"');

    // The event is edited, and runs again; the code is changed, and the same event is answered otherwise.
    await terminal.keys('e');
    await terminal.shows('The edited event ran.');
    await openNewest('3/4 fit');
    await terminal.keys('1');
    await terminal.shows('"name": "Grace"');
    await terminal.keys('2');
    await terminal.shows('"greeting": "Hello, Grace!"');
    await project.write('src/greet.ts', greetSource('Goodbye', 'local'));
    await terminal.shows('greet reloaded');
    await terminal.keys('r');
    await terminal.shows('greet ran again');
    await openNewest('4/5 fit');
    await terminal.keys('2');
    await terminal.shows('"greeting": "Goodbye, Grace!"');
    await terminal.keys('d');
    const diff = await terminal.shows('[6 diff]');
    expect(diff).toMatch(/"Hello, Grace!" +│ "Goodbye, Grace!"/);

    // It is kept as a fixture, without what is secret in it.
    await terminal.keys('f');
    await terminal.shows('Save as fixture: ');
    await terminal.keys('C-u');
    await terminal.type('greet/saved');
    await terminal.keys('Enter');
    await terminal.shows('Saved without secrets: ');
    const saved = await readFile(join(project.directory, 'fixtures/events/greet/saved.json'), 'utf8');
    expect(JSON.parse(saved)).toMatchObject({
      event: { name: 'Grace' },
      expect: { answer: { greeting: 'Goodbye, Grace!', by: 'local' } },
    });
    expect(saved).not.toContain(SECRET);

    // A function that is left answers from AWS at once, one that is taken back from here.
    await terminal.keys('Escape');
    await terminal.shows('4/5 fit');
    await terminal.keys('Escape');
    await terminal.shows('5 invocations');
    await terminal.keys('2');
    await terminal.shows(/❯ count +● serving/);
    await terminal.keys('j', 'Space');
    await terminal.shows(/❯ greet +○ off/);
    expect(await invoked(endpoint, 'Ada')).toEqual({ greeting: 'Hello, Ada!', by: 'deployed' });
    await terminal.keys('Space');
    await terminal.shows(/❯ greet +● serving/);
    expect(await invoked(endpoint, 'Ada')).toEqual({ greeting: 'Goodbye, Ada!', by: 'local' });

    // Commands, help, sizes.
    await terminal.type(':logs');
    await terminal.shows(/❯ .*logs/);
    await terminal.keys('Escape');
    await terminal.shows('STATE');
    await terminal.type('?');
    await terminal.shows('Keys: Functions');
    await terminal.keys('Escape');
    await terminal.shows('STATE');
    for (const [columns, rows] of [
      [60, 15],
      [200, 60],
      [80, 24],
    ] as const) {
      await terminal.resize(columns, rows);
      const lines = (await terminal.shows((text) => isWhole(text, rows))).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
    await terminal.resize(50, 12);
    await terminal.shows('llx needs 60×15, this is 50×12. q quits.');
    await terminal.resize(120, 30);
    await terminal.shows((text) => isWhole(text, 30));

    await terminal.keys('q');
    const after = await terminal.shows('exit code 0');
    expect(after).toMatch(/^before\n6 invocations: 6 succeeded\.\nexit code 0$/m);
    expect(await terminal.written()).not.toMatch(/\u001b\]|[\u0080-\u009f\u202e]/);
  },
  120_000,
);

/** From the header in the first row to the keys in the last one. */
function isWhole(text: string, rows: number): boolean {
  const lines = text.split('\n');
  return text.startsWith('llx OFFLINE') && lines[rows - 1]?.includes('q quit') === true;
}
