import { LlxError } from '../../errors/llx-error.ts';

/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Of the file system, when the directory or the file is made. */
const UNWRITABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EEXIST', 'EISDIR', 'ENOTDIR', 'EPERM', 'EROFS']);

/** What is wrong when a state is opened, as a coded error where a user can mend it; else the error itself. */
export function stateError(
  error: unknown,
  { file, directory }: { readonly file: string; readonly directory: string },
): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (isUnwritable(error)) {
    return new LlxError('LLX_STATE_UNWRITABLE', {
      message: `expected a directory for the emulator’s state that can be written, found: ${text}`,
      mend: `make it writable: chmod u+rwx '${directory}', or use another one: llx emulator --data DIR`,
      cause: error,
    });
  }
  switch (primaryCode(error)) {
    case SQLITE_BUSY:
      return new LlxError('LLX_STATE_IN_USE', {
        message: `expected a state that nobody uses, found that another emulator has opened ${file}`,
        mend: 'end the other emulator, or keep this one’s state elsewhere: llx emulator --data DIR',
        cause: error,
      });
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new LlxError('LLX_STATE_DAMAGED', {
        message: `expected a SQLite database in ${file}, found: ${text}`,
        mend: `move it away, and deploy again: mv '${file}' '${file}.damaged'`,
        cause: error,
      });
    default:
      return error;
  }
}

function isUnwritable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const primary = primaryCode(error);
  return primary === SQLITE_READONLY || primary === SQLITE_CANTOPEN || UNWRITABLE.has(code);
}

/** Whether SQLite refused: the disk is full or cannot be read or written, which may pass. */
export function isStateFailure(error: unknown): boolean {
  return primaryCode(error) !== undefined;
}

/** Extended codes hold the primary one in their lowest byte. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
