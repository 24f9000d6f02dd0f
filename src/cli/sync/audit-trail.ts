import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LlxError } from '../../errors/llx-error.ts';

/** What became of a package, at one time. */
export type AuditEntry = {
  /** ISO 8601. */
  readonly at: string;
  readonly event: 'deployed' | 'replaced' | 'removed' | 'refused' | 'failed';
  /** Absent of a refused package that does not say it. */
  readonly control?: string;
  readonly function?: string;
  /** Of the package. */
  readonly version?: string;
  readonly previousVersion?: string;
  readonly sha256?: string;
  /** Lambda's. */
  readonly functionVersion?: string;
  /** In the store. */
  readonly place?: string;
  readonly reasons?: readonly string[];
  /** Where it was done: the endpoint, or AWS and the region. */
  readonly target: string;
  /** user@host of whoever ran `llx sync`. */
  readonly by?: string;
};

const LONGEST_BYTES = 256 * 1024 * 1024;

/** The file of a source's audit trail: an entry a line, only ever appended to. */
export class AuditTrail {
  readonly #file: string;
  /** What was refused, or failed, and has not been deployed since. */
  #refused: Map<string, AuditEntry> | undefined;
  /** What was deployed last and has not been removed since, by where and control path. */
  readonly #live = new Map<string, AuditEntry>();

  constructor(file: string) {
    this.#file = file;
  }

  /** On disk before it resolves. What was refused for the same reasons the last time is not written again. */
  async append(entry: AuditEntry): Promise<void> {
    this.#refused ??= await this.#remembered();
    const before = this.#refused.get(subjectOf(entry));
    if (before !== undefined && isSaidAgain(before, entry)) return;
    await this.#write(`${JSON.stringify(entry)}\n`);
    this.#remember(this.#refused, entry);
  }

  /** What is live at a place for all that the trail says: the last entry of each. */
  async live(target: string): Promise<readonly AuditEntry[]> {
    this.#refused ??= await this.#remembered();
    return [...this.#live.values()].filter((entry) => entry.target === target);
  }

  /** In the order of time; [] where there is no trail. A line that a crash has cut is left out. */
  async read(): Promise<readonly AuditEntry[]> {
    const text = await this.#text();
    return text.split('\n').flatMap((line) => {
      const entry = parseEntry(line);
      return entry === undefined ? [] : [entry];
    });
  }

  async #remembered(): Promise<Map<string, AuditEntry>> {
    const refused = new Map<string, AuditEntry>();
    for (const entry of await this.read()) this.#remember(refused, entry);
    return refused;
  }

  #remember(refused: Map<string, AuditEntry>, entry: AuditEntry): void {
    const { event, control, target } = entry;
    if (event === 'refused' || event === 'failed') {
      refused.set(subjectOf(entry), entry);
      return;
    }
    const place = `${target} ${control}`;
    if (event === 'removed') this.#live.delete(place);
    else this.#live.set(place, entry);
    for (const [subject, before] of refused) if (before.control === control) refused.delete(subject);
  }

  async #text(): Promise<string> {
    try {
      const file = await open(this.#file);
      try {
        const { size } = await file.stat();
        if (size <= LONGEST_BYTES) return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error)) return '';
      throw unwritable(this.#file, error);
    }
    throw unwritable(this.#file, new Error(`it is larger than ${LONGEST_BYTES} bytes: move it away`));
  }

  async #write(line: string): Promise<void> {
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      const file = await open(this.#file, 'a', 0o600);
      try {
        await file.appendFile((await this.#endsMidLine()) ? `\n${line}` : line);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unwritable(this.#file, error);
    }
  }

  /** What a crash has cut must not take the next line with it. */
  async #endsMidLine(): Promise<boolean> {
    const file = await open(this.#file);
    try {
      const { size } = await file.stat();
      if (size === 0) return false;
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
      return buffer.toString() !== '\n';
    } finally {
      await file.close();
    }
  }
}

/** Two packages may say the same control path: that is why they were refused. */
function subjectOf({ control = '', place = '' }: AuditEntry): string {
  return `${control} ${place}`;
}

function isSaidAgain(before: AuditEntry, { event, reasons }: AuditEntry): boolean {
  return before.event === event && isDeepStrictEqual(before.reasons, reasons);
}

function parseEntry(line: string): AuditEntry | undefined {
  if (line === '') return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : undefined;
  } catch {
    // Cut by a crash; every entry that was told is whole.
    return undefined;
  }
}

function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null) return false;
  return 'at' in value && typeof value.at === 'string' && 'event' in value && typeof value.event === 'string';
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unwritable(file: string, cause: unknown): LlxError {
  return new LlxError('LLX_STATE_UNWRITABLE', {
    message: `Expected to read and write the audit trail ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
    mend: 'Free space on the disk, or say where it may be: llx sync SOURCE --audit DIR',
    cause,
  });
}
