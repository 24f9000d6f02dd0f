import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin, projectDirectory } from '../support/llx-process.ts';

const run = promisify(execFile);
const tmux = spawnSync('tmux', ['-V']).status === 0;
const examples = join(projectDirectory, '..', '..', '..', 'examples', 'hello');

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-terminal-'));
});

afterEach(async () => {
  await inTmux('kill-server').catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
});

/** A tmux of its own, so that it meets no other. */
async function inTmux(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('tmux', ['-S', join(directory, 'socket'), '-f', '/dev/null', ...args]);
  return stdout;
}

async function screen(fits: (text: string) => boolean): Promise<string> {
  const deadline = AbortSignal.timeout(15_000);
  for (;;) {
    const text = await inTmux('capture-pane', '-p', '-t', 'llx');
    if (fits(text)) return text;
    if (deadline.aborted) throw new Error(`expected another screen than:\n${text}`);
  }
}

test.skipIf(!tmux)(
  tmux ? 'a real terminal shows an invocation, and is as before after q' : 'skipped: no tmux',
  async () => {
    const shell = ['env', '-u', 'CI', 'PS1=$ ', 'sh'];
    await inTmux('new-session', '-d', '-s', 'llx', '-x', '90', '-y', '20', '-c', examples, ...shell);
    const port = 20_000 + (process.pid % 10_000);
    const start = `clear; echo before; ${process.execPath} ${bin} dev --offline --port ${port} --mqtt-port 0`;
    await inTmux('send-keys', '-t', 'llx', start, 'Enter');
    await screen((text) => text.includes(`OFFLINE http://127.0.0.1:${port} · connected`));

    await run(
      process.execPath,
      [bin, 'invoke', 'hello', '--fixture', 'hello/get', '--endpoint', `http://127.0.0.1:${port}`],
      {
        cwd: examples,
      },
    );
    const list = await screen((text) => text.includes('succeeded'));
    expect(list).toMatch(/hello +GET \/greet\?name=Ada +✓ succeeded +\d+ ms/);

    await inTmux('send-keys', '-t', 'llx', 'Enter');
    await screen((text) => text.includes('"rawPath": "/greet"'));
    await inTmux('send-keys', '-t', 'llx', 'Escape');
    await screen((text) => text.includes('STATUS'));

    await inTmux('send-keys', '-t', 'llx', 'q');
    const after = await screen((text) => /1 invocation: 1 succeeded\.\n\$\s*$/.test(text));
    expect(after).toContain('before');
    expect(after).not.toContain('OFFLINE');
    // The shell reads and echoes again.
    await inTmux('send-keys', '-t', 'llx', 'echo done; stty -a | grep -o " echo "', 'Enter');
    await screen((text) => /done\n\s*echo/.test(text));
  },
  60_000,
);
