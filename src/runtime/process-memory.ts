import { readFileSync } from 'node:fs';

/** What a page is on every platform that has /proc and that Node.js supports by default. */
const PAGE_BYTES = 4096;

/**
 * Resident bytes of a process, or undefined where the system does not tell them in a file (macOS) or when it is gone.
 * https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
 */
export function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isNaN(pages) ? undefined : pages * PAGE_BYTES;
  } catch {
    // No such file: no such process, or no such system. The exit of the child tells the former.
    return undefined;
  }
}
