import { readdirSync, readFileSync } from 'node:fs';

/** What a page is on every platform that has /proc and that Node.js supports by default. */
const PAGE_BYTES = 4096;

/** Processes that are looked at: a handler with more is above any limit anyway. */
const MAX_PROCESSES = 256;

/**
 * Resident bytes of a process and of those that it started, or undefined where the system does not tell them in a file
 * (macOS) or when it is gone. What processes share counts once.
 * https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
 *
 * @param limit below it no closer look is taken.
 */
export function residentBytes(pid: number, limit = Number.POSITIVE_INFINITY): number | undefined {
  const own = statm(pid);
  if (own === undefined) return undefined;
  const others = descendants(pid);
  if (others.length === 0) return own;
  const all = others.reduce((bytes, other) => bytes + (statm(other) ?? 0), own);
  if (all <= limit) return all;
  // After a fork most pages are the parent's, too. The exact figure takes the kernel milliseconds.
  return [pid, ...others].reduce((bytes, each) => bytes + (proportional(each) ?? statm(each) ?? 0), 0);
}

/** The most memory that one process ever had, in KiB; undefined as above. */
export function peakResidentKb(pid: number): number | undefined {
  return field(`/proc/${pid}/status`, 'VmHWM');
}

function statm(pid: number): number | undefined {
  const pages = Number(text(`/proc/${pid}/statm`)?.split(' ')[1]);
  return Number.isNaN(pages) ? undefined : pages * PAGE_BYTES;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html */
function proportional(pid: number): number | undefined {
  const kb = field(`/proc/${pid}/smaps_rollup`, 'Pss');
  return kb === undefined ? undefined : kb * 1024;
}

/** The processes that a process started, and theirs; none where the system does not tell them in files. */
export function descendants(pid: number): readonly number[] {
  const found: number[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined && found.length < MAX_PROCESSES; next = open.pop()) {
    const children = childrenOf(next);
    found.push(...children);
    open.push(...children);
  }
  return found;
}

/** Each thread has its own: https://man7.org/linux/man-pages/man5/proc_pid_task.5.html */
function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It is gone.
    return [];
  }
  return threads.flatMap((thread) =>
    (text(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}

/** In KiB. */
function field(file: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text(file) ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // No such file: no such process, or no such system. The exit of the child tells the former.
    return undefined;
  }
}
