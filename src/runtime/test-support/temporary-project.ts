import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own for a test, with what a developer does to its files. */
export class TemporaryProject {
  /** Without symbolic links, as esbuild reports files. */
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'llx-')));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  path(path: string): string {
    return join(this.root, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** As editors do that never leave a half-written file. */
  saveByRename(path: string, text: string): void {
    this.write(`${path}.tmp`, text);
    renameSync(this.path(`${path}.tmp`), this.path(path));
  }

  delete(path: string): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
