import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin } from '../support/llx-process.ts';
import { copyProject } from '../support/project-copy.ts';
import { hasTmux, TmuxTerminal } from './terminal/tmux-terminal.ts';

const examples = fileURLToPath(new URL('../../examples/hello', import.meta.url));

let project: Awaited<ReturnType<typeof copyProject>>;
let tools: string;
let terminal: TmuxTerminal;

beforeEach(async () => {
  project = await copyProject(examples);
  tools = await mkdtemp(join(tmpdir(), 'llx-editor-'));
  const editor = join(tools, 'editor');
  // Like `ed` and `code --wait` it leaves Ctrl-C to the terminal, which sends a signal to all of its processes.
  await writeFile(editor, '#!/bin/sh\necho editing\nread answer\n', { mode: 0o755 });
  terminal = await TmuxTerminal.open({
    columns: 110,
    rows: 24,
    cwd: project.directory,
    env: { EDITOR: editor },
  });
});

afterEach(async () => {
  await terminal.close();
  await project.remove();
  await rm(tools, { recursive: true });
});

test.skipIf(!hasTmux)(
  hasTmux ? 'Ctrl-C in an editor leaves llx, its builds and its workers as they are' : 'skipped: no tmux',
  async () => {
    await terminal.command(`clear; ${process.execPath} ${bin} dev --offline --port 0 --mqtt-port 0`);
    await terminal.shows('Functions: ');
    await terminal.keys('3');
    await terminal.shows(/▾ hello 2/);
    await terminal.keys('a');
    await terminal.shows(/fixtures sent/);
    await terminal.keys('2');
    await terminal.shows('STATE');
    await terminal.keys('o');
    await terminal.shows('editing');
    await terminal.keys('C-c');
    await terminal.shows('ended with SIGINT: nothing was taken');

    // The code changes, is built by a new process of esbuild, and runs.
    const file = join(project.directory, 'src', 'hello.ts');
    await writeFile(file, `${await readFile(file, 'utf8')}\nconsole.log('after the editor');\n`);
    await terminal.keys('3');
    await terminal.shows(/hello 2/);
    await terminal.keys('a');
    await terminal.shows(/fixtures sent/);
    await terminal.keys('4');
    expect(await terminal.shows('after the editor')).not.toContain('does not build');
  },
);
