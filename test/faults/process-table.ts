import { readdir, readFile } from 'node:fs/promises';

export type ProcessEntry = {
  readonly pid: number;
  readonly parent: number;
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

/** `pid (name) state ppid …`, where the name may hold anything. */
export function parseEntry(stat: string, commandLine: string): ProcessEntry | undefined {
  const match = /^(\d+) \(.*\) (\S) (\d+) /s.exec(stat);
  if (match === null) return undefined;
  const [, pid, state = '', parent] = match;
  const command = commandLine.split('\0').filter(Boolean).join(' ');
  return { pid: Number(pid), parent: Number(parent), state, command };
}

/**
 * Those that have this directory, or one in it, for temporary files: workers lead process groups and sessions of their own, so that
 * neither tells whose they are once their parent has ended. A zombie is only waiting for its parent to read its end.
 */
export async function runningIn(temporaryDirectory: string): Promise<readonly ProcessEntry[]> {
  const table = (await readProcessTable()).filter(({ state }) => state !== 'Z');
  const ours = await Promise.all(table.map(({ pid }) => isIn(pid, temporaryDirectory)));
  return table.filter((_entry, index) => ours[index]);
}

async function isIn(pid: number, temporaryDirectory: string): Promise<boolean> {
  try {
    const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    return variables.some((variable) => variable.startsWith(`TMPDIR=${temporaryDirectory}`));
  } catch {
    // Ended, or another user's.
    return false;
  }
}

/** Also one that stands still. */
export function killAll(entries: readonly ProcessEntry[]): void {
  for (const { pid } of entries) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
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
