import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { redact } from '../../credentials/redact.ts';
import { LlxError } from '../../errors/llx-error.ts';

/** Where a report goes. What is known to be a secret is struck out on the way. */
export type ReportSink = {
  readonly write: (text: string) => void;
  /** Everything has been handed over to the system. */
  close(): Promise<void>;
};

export function streamSink(stream: Writable): ReportSink {
  return {
    write(text) {
      stream.write(redact(text));
    },
    close: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}

/**
 * Empties the file before anything runs: the report of an earlier run must not be taken for this one's.
 *
 * @throws LlxError LLX_REPORT_UNWRITABLE
 */
export async function fileSink(path: string): Promise<ReportSink> {
  const file = resolve(path);
  const handle = await openFile(file);
  const parts: string[] = [];
  return {
    write(text) {
      parts.push(redact(text));
    },
    async close() {
      try {
        await handle.writeFile(parts.join(''));
      } catch (error) {
        throw unwritable(file, error);
      } finally {
        await handle.close();
      }
    },
  };
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return await open(file, 'w');
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): LlxError {
  return new LlxError('LLX_REPORT_UNWRITABLE', {
    message: `Expected to write a report to ${file}, found that it cannot be written.`,
    mend: 'Name another file with --out.',
    cause,
  });
}
