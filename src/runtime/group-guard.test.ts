import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { functionSpec } from './worker.test-support.ts';

const here = (file: string): string => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));

/** A process that guards, with a pipe on descriptor 3 which what it starts holds open, too. */
function guardingProcess(program: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
}

/** Resolves when nobody holds descriptor 3 any more. */
async function allGone(child: ChildProcess): Promise<void> {
  const held = child.stdio[3];
  if (!(held instanceof Readable)) throw new Error('expected a pipe on descriptor 3');
  await once(held.resume(), 'end');
}

async function printed(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout ?? child, 'data');
  return String(chunk);
}

const SLEEPER = `spawn('/bin/sh', ['-c', 'trap "" TERM HUP; while :; do sleep 1; done'],
  { detached: true, stdio: ['ignore', 'ignore', 'ignore', 3] })`;

test('a process group ends with the process that guards it, even when that is killed', async () => {
  const child = guardingProcess(`
    import { spawn } from 'node:child_process';
    import { GroupGuard } from ${here('./group-guard.ts')};
    const sleeper = ${SLEEPER};
    new GroupGuard().watch(sleeper.pid);
    console.log('guarded');`);
  await printed(child);
  child.kill('SIGKILL');
  await allGone(child);
});

test('a group that is not watched any more is left alone', async () => {
  const child = guardingProcess(`
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { GroupGuard } from ${here('./group-guard.ts')};
    const [left, ended] = [${SLEEPER}, ${SLEEPER}];
    const guard = new GroupGuard();
    const release = guard.watch(left.pid);
    guard.watch(ended.pid);
    release();
    console.log(left.pid, ended.pid);
    await once(ended, 'exit');`);
  const [left, ended] = (await printed(child)).trim().split(' ').map(Number);
  if (left === undefined || ended === undefined) throw new Error('expected two groups');
  child.kill('SIGKILL');
  await groupGone(ended);
  expect(process.kill(left, 0)).toBe(true);
  process.kill(-left, 'SIGKILL');
  await allGone(child);
});

test('it keeps nobody from ending, and ends itself with its last group', async () => {
  const child = guardingProcess(`
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { GroupGuard } from ${here('./group-guard.ts')};
    const sleeper = ${SLEEPER};
    const release = new GroupGuard().watch(sleeper.pid);
    process.kill(-sleeper.pid, 'SIGKILL');
    await once(sleeper, 'exit');
    release();`);
  const gone = allGone(child);
  expect(await once(child, 'exit')).toEqual([0, null]);
  await gone;
});

test('a runtime of another language ends with llx, even while it starts', async () => {
  const spec = functionSpec({ handler: 'hangs', runtime: 'provided.al2023' });
  const child = guardingProcess(`
    import { createSpawnWorker } from ${here('./spawn-worker.ts')};
    const spawnWorker = createSpawnWorker({ bootstrapFile: ${here('./bootstrap/main.ts')} });
    const worker = spawnWorker({ memoryMb: 512, deferred: true });
    void worker.load(${JSON.stringify({ ...spec, root: `${spec.root}/provided` })}, { file: 'bootstrap', exportPath: '' });
    while (worker.pid === 0) await new Promise(setImmediate);
    console.log(worker.pid);`);
  const pid = Number(await printed(child));
  child.kill('SIGKILL');
  await groupGone(pid);
});

/** There is no event for the end of another process's child; the test's own deadline bounds this. */
async function groupGone(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
