import { open, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { FunctionSpec } from '../../runtime/invocation.ts';
import type { SourceLocation } from '../../session/source-location.ts';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.py', ''];

/** A source is read for a few lines of it: more than this of one is not looked at. */
const READ_BYTES = 1024 * 1024;
/** Lines shown before and behind the one that is meant. */
const AROUND = 3;
const LONGEST_LINE = 64 * 1024;

/** The file that a function's handler is in, `src/hello.handler` as Lambda writes it; undefined when there is none. */
export async function handlerFile({ root, handler }: FunctionSpec): Promise<string | undefined> {
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  const path = join(root, dot === -1 ? handler : handler.slice(0, dot));
  for (const extension of EXTENSIONS) {
    if (await isFile(path + extension)) return path + extension;
  }
  return undefined;
}

/** Where a stack trace means, which may be relative to the function's folder. */
export function absoluteLocation(location: SourceLocation, root: string): SourceLocation {
  return isAbsolute(location.file) ? location : { ...location, file: join(root, location.file) };
}

export type SourceLine = { readonly line: number; readonly text: string };

/** The lines around a place; undefined when it cannot be read. */
export async function readAround({ file, line }: SourceLocation): Promise<readonly SourceLine[] | undefined> {
  const text = await readBeginning(file);
  const lines = text?.split(/\r?\n/);
  if (lines === undefined || line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - AROUND);
  return lines
    .slice(first - 1, line + AROUND)
    .map((shown, index) => ({ line: first + index, text: shown.slice(0, LONGEST_LINE) }));
}

async function readBeginning(file: string): Promise<string | undefined> {
  try {
    // A device or a pipe of that name would never end.
    if (!(await isFile(file))) return undefined;
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // Gone, or not ours to read: an error without its code frame still says where.
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    // Not there.
    return false;
  }
}
