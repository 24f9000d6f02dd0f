import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { peakResidentKb, residentBytes } from './process-memory.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of children.splice(0)) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

/** A process that says a line when it is as large as it gets. */
async function start(program: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

const MIB = 1024 * 1024;
const HOLDS = (mib: number) =>
  `const held = Buffer.alloc(${mib} * ${MIB}, 1); console.log(held.length); setInterval(() => held, 1e6);`;

describe.skipIf(!existsSync('/proc/self/statm'))('the memory of a process', () => {
  it('is what is resident, and what it started counts', async () => {
    const own = residentBytes(await start(HOLDS(100))) ?? 0;
    expect(own).toBeGreaterThan(100 * MIB);
    expect(own).toBeLessThan(250 * MIB);
    const parent = `const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', ${JSON.stringify(HOLDS(200))}], { stdio: ['ignore', 'inherit', 'inherit'] });`;
    expect(residentBytes(await start(parent))).toBeGreaterThan(200 * MIB);
  });

  it('is counted once where it is shared, when that matters', async () => {
    const parent = `const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', ${JSON.stringify(HOLDS(10))}], { stdio: ['ignore', 'inherit', 'inherit'] });`;
    const pid = await start(parent);
    const roughly = residentBytes(pid) ?? 0;
    const exactly = residentBytes(pid, 1) ?? 0;
    expect(exactly).toBeGreaterThan(10 * MIB);
    expect(exactly).toBeLessThan(roughly);
  });

  it('has a peak', async () => {
    expect(peakResidentKb(await start(HOLDS(50)))).toBeGreaterThan(50 * 1024);
  });

  it('is not known of one that is gone', () => {
    expect([residentBytes(2 ** 30), peakResidentKb(2 ** 30)]).toEqual([undefined, undefined]);
  });
});
