import { readdir, readFile } from 'node:fs/promises';

export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly state: string;
  readonly command: string;
};

/** The processes of this machine, as /proc shows them. */
export async function readProcessTable(): Promise<readonly ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map(readEntry));
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(pid: string): Promise<ProcessEntry | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return parseEntry(stat, commandLine);
  } catch {
    // It ended while it was read.
    return undefined;
  }
}

/** `pid (name) state ppid pgrp …`, where the name may hold anything. */
export function parseEntry(stat: string, commandLine: string): ProcessEntry | undefined {
  const match = /^(\d+) \(.*\) (\S) (\d+) (\d+) /s.exec(stat);
  if (match === null) return undefined;
  const [, pid, state = '', parent, group] = match;
  const command = commandLine.split('\0').filter(Boolean).join(' ');
  return { pid: Number(pid), parent: Number(parent), group: Number(group), state, command };
}

/** Those that still run; a zombie is only waiting for its parent to read its end. */
export function runningInGroups(
  table: readonly ProcessEntry[],
  groups: ReadonlySet<number>,
): readonly ProcessEntry[] {
  return table.filter(({ group, state }) => groups.has(group) && state !== 'Z');
}

export function childrenOf(
  table: readonly ProcessEntry[],
  parent: number,
  command: string,
): readonly ProcessEntry[] {
  return table.filter(
    (entry) => entry.parent === parent && entry.state !== 'Z' && entry.command.includes(command),
  );
}
