/** File systems' own bounds: https://man7.org/linux/man-pages/man3/realpath.3.html */
const LONGEST_PATH = 4096;
const LONGEST_SEGMENT_BYTES = 255;

export type EntryPath =
  /** Relative, with slashes, never empty, without `.` and `..`. */
  { readonly path: string; readonly isDirectory: boolean } | { readonly problem: string };

/**
 * The name of a zip's entry as a path inside of its package. Names are bytes that anybody may have written: one that
 * could lead out of the package on any system is refused, not mended.
 */
export function entryPath(name: string): EntryPath {
  const problem = problemOf(name);
  if (problem !== undefined) return { problem };
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return { problem: 'leads out of the package' };
  if (segments.some((segment) => Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)) {
    return { problem: 'is too long' };
  }
  if (segments.length === 0) return { problem: 'names the package itself' };
  return { path: segments.join('/'), isDirectory: name.endsWith('/') };
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.length > LONGEST_PATH) return 'is too long';
  if (name.includes('\0')) return 'has a NUL character';
  if (name.includes('\\')) return 'has a backslash';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'is an absolute path';
  return undefined;
}

/**
 * Whether a symbolic link could lead out of its package. `..` may only stand at the target's beginning, and not more
 * often than the link is deep: so whatever the other links are, following it ends inside.
 */
export function leavesPackage(linkPath: string, target: string): boolean {
  if (target === '' || target.length > LONGEST_PATH || target.includes('\0')) return true;
  if (target.startsWith('/') || target.includes('\\') || /^[a-z]:/i.test(target)) return true;
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.');
  const firstName = segments.findIndex((segment) => segment !== '..');
  const ups = firstName === -1 ? segments.length : firstName;
  return ups >= linkPath.split('/').length || segments.slice(ups).includes('..');
}
