import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bin } from '../support/llx-process.ts';
import { copyProject } from '../support/project-copy.ts';
import { hasTmux, TmuxTerminal } from './terminal/tmux-terminal.ts';

const examples = fileURLToPath(new URL('../../examples/hello', import.meta.url));
const defect = new URL('terminal/defect.ts', import.meta.url).href;
const START = `${bin} dev --offline --port 0 --mqtt-port 0`;
/** Each mode of a terminal that a screen changes, as it is while a shell waits. */
const SHELL_MODES = ['icanon', 'isig', 'iexten', 'echo', 'icrnl', 'opost'];

let project: Awaited<ReturnType<typeof copyProject>>;
let editor: string;
let terminal: TmuxTerminal;

beforeEach(async () => {
  project = await copyProject(examples);
  const directory = await mkdtemp(join(tmpdir(), 'llx-editor-'));
  editor = join(directory, 'editor');
  await writeFile(editor, '#!/bin/sh\necho editing\nread answer\n', { mode: 0o755 });
  terminal = await TmuxTerminal.open({
    columns: 100,
    rows: 24,
    cwd: project.directory,
    env: { EDITOR: editor },
  });
});

afterEach(async () => {
  await terminal.close();
  await project.remove();
  await rm(join(editor, '..'), { recursive: true });
});

async function start(options = ''): Promise<void> {
  await terminal.command(`clear; echo before; ${process.execPath} ${options} ${START}; echo "exit code $?"`);
  await terminal.shows('Functions: ');
}

/** The process of llx itself: neither the shell nor a worker. */
async function llx(): Promise<number> {
  const found = (await terminal.processes()).find(({ command }) => command.includes('dev --offline'));
  if (found === undefined) throw new Error('expected llx to run in the terminal');
  return found.pid;
}

async function worker(): Promise<number> {
  const found = (await terminal.processes()).find(({ command }) => command.includes('bootstrap'));
  if (found === undefined)
    throw new Error(`expected a worker in ${JSON.stringify(await terminal.processes())}`);
  return found.pid;
}

/** Nothing that the screen changed is left behind, by the terminal's own account. */
async function expectRestored(): Promise<void> {
  expect(await terminal.state()).toEqual({ cursor: '1', alternate: '0' });
  // A mark of its own: that of an earlier look may still be on the screen.
  const mark = randomUUID();
  await terminal.command(`clear; stty -a; echo "end ${mark}"`);
  const modes = (await terminal.shows(new RegExp(`^end ${mark}`, 'm'))).split(/[\s;]+/);
  expect(SHELL_MODES.filter((mode) => !modes.includes(mode))).toEqual([]);
  const written = await terminal.written();
  for (const mode of ['?2004', '?1049'])
    expect(written.lastIndexOf(`\u001b[${mode}l`)).toBeGreaterThan(written.lastIndexOf(`\u001b[${mode}h`));
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
}

describe.skipIf(!hasTmux)(
  hasTmux ? 'the terminal is as before, and the summary is printed' : 'skipped: no tmux',
  () => {
    test.each([
      ['q', 'q', 0],
      ['Ctrl-C', 'C-c', 0],
    ])('after %s', async (_, key, code) => {
      await start();
      await terminal.keys(key);
      const after = await terminal.shows(`exit code ${code}`);
      expect(after).toMatch(/^before\n[\s\S]*No invocations\.\nexit code/m);
      await expectRestored();
    });

    test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('after %s from outside', async (signal) => {
      await start();
      process.kill(await llx(), signal);
      const after = await terminal.shows('exit code 130');
      expect(after).toMatch(/^before\n[\s\S]*No invocations\./m);
      await expectRestored();
    });

    test('after a defect in llx, whose error can be read', async () => {
      await start(`--import ${defect}`);
      process.kill(await llx(), 'SIGUSR2');
      const after = await terminal.shows('exit code 1');
      expect(after).toMatch(/^before\n[\s\S]*Error: a defect/m);
      await expectRestored();
    });

    test('after a worker was killed with SIGKILL, and q', async () => {
      await start();
      process.kill(await worker(), 'SIGKILL');
      await terminal.keys('2');
      await terminal.shows('STATE');
      await terminal.keys('q');
      await terminal.shows('exit code 0');
      await expectRestored();
    });

    test('while llx is suspended with Ctrl-Z and after it came back with fg, resized meanwhile', async () => {
      await terminal.command(`clear; ${process.execPath} ${START}`);
      await terminal.shows('Functions: ');
      await terminal.keys('C-z');
      await terminal.shows(/Stopped|Suspended/);
      await expectRestored();
      await terminal.resize(80, 20);
      await terminal.command('fg');
      const rows = (
        await terminal.shows((text) => /^llx OFFLINE.*connected/.test(text) && text.includes('q quit'))
      ).split('\n');
      expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
      expect(rows[19]).toContain('q quit');
      await terminal.keys('q');
      await terminal.shows('No invocations.');
      await expectRestored();
    });

    test('after SIGTERM while an editor has the terminal', async () => {
      await start();
      await terminal.keys('2');
      await terminal.shows('STATE');
      await terminal.keys('o');
      await terminal.shows('editing');
      process.kill(await llx(), 'SIGTERM');
      expect(await terminal.shows('exit code 130')).toContain('No invocations.');
      await expectRestored();
    });
  },
);
