/** Of the file system: https://man7.org/linux/man-pages/man3/errno.3.html */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT'];
/** https://sqlite.org/rescode.html#full */
const SQLITE_FULL = 13;

/** Whether a write failed because there is no room left for it, in a file or in SQLite. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && CODES.includes(error.code)) return true;
  return 'errcode' in error && error.errcode === SQLITE_FULL;
}
