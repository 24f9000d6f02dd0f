import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childrenOf, parseEntry, readProcessTable, runningInGroups } from './process-table.ts';

test('a process whose name holds brackets and spaces is read all the same', () => {
  expect(parseEntry('12 (a (b) c) S 3 4 5 0', 'node\0x.js\0')).toEqual({
    pid: 12,
    state: 'S',
    parent: 3,
    group: 4,
    command: 'node x.js',
  });
});

test('a child is found under its parent and in its group, and not after its end', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const { pid = 0 } = child;
  await once(child, 'spawn');
  const groups = new Set([pid]);
  const table = await readProcessTable();
  expect(runningInGroups(table, groups).map((entry) => entry.pid)).toEqual([pid]);
  expect(childrenOf(table, process.pid, 'sleep').map((entry) => entry.pid)).toContain(pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(runningInGroups(await readProcessTable(), groups)).toEqual([]);
});
