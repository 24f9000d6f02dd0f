import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childrenOf, parseEntry, readProcessTable, runningIn } from './process-table.ts';

test('a process whose name holds brackets and spaces is read all the same', () => {
  expect(parseEntry('12 (a (b) c) S 3 4 5 0', 'node\0x.js\0')).toEqual({
    pid: 12,
    state: 'S',
    parent: 3,
    command: 'node x.js',
  });
});

test('a child is found under its parent and by its directory, though it leads a group, and not after its end', async () => {
  const temporaryDirectory = `/tmp/${crypto.randomUUID()}`;
  const child = spawn('sleep', ['60'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, TMPDIR: temporaryDirectory },
  });
  const { pid = 0 } = child;
  await once(child, 'spawn');
  expect((await runningIn(temporaryDirectory)).map((entry) => entry.pid)).toEqual([pid]);
  expect(childrenOf(await readProcessTable(), process.pid, 'sleep').map((entry) => entry.pid)).toContain(pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await runningIn(temporaryDirectory)).toEqual([]);
});
