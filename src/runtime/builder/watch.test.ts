import { EventEmitter } from 'node:events';
import { statSync } from 'node:fs';
import type { FSWatcher } from 'chokidar';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { type InputListener, InputWatch } from './watch.ts';

class Listener implements InputListener {
  readonly changes: { readonly file: string; readonly certain: boolean }[] = [];
  #waiting: (() => void)[] = [];

  onInputChange(file: string, certain: boolean): void {
    this.changes.push({ file: file.replace(`${project.root}/`, ''), certain });
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** All changes up to those of these files, which come in any order. */
  async until(...files: readonly string[]): Promise<Listener['changes']> {
    while (!files.every((file) => this.changes.some((change) => change.file === file))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.changes.splice(0);
  }
}

let project: TemporaryProject;
let watch: InputWatch;
let listener: Listener;

beforeEach(() => {
  project = new TemporaryProject({ 'a.ts': 'a', 'b.ts': 'b', 'lib/c.ts': 'c' });
  watch = new InputWatch((error) => {
    throw error;
  });
  listener = new Listener();
});

afterEach(async () => {
  await Promise.all([watch.close(), watch.close()]);
  project.remove();
});

function files(...paths: string[]): Set<string> {
  return new Set(paths.map((path) => project.path(path)));
}

/** Resolves when these files, which exist, are seen: files changed since 1970 are reported then. */
async function watching(...paths: string[]): Promise<void> {
  await watch.watch(listener, files(...paths), 0);
  await listener.until(...paths);
}

test('reports a watched file that was changed, and no other', async () => {
  await watching('a.ts');
  project.write('b.ts', 'changed');
  project.write('a.ts', 'changed');
  expect(await listener.until('a.ts')).toEqual([{ file: 'a.ts', certain: true }]);
});

test('a file that is saved by renaming another over it has changed, every time', async () => {
  await watching('a.ts');
  project.saveByRename('a.ts', 'once');
  expect(await listener.until('a.ts')).toEqual([{ file: 'a.ts', certain: true }]);
  project.saveByRename('a.ts', 'twice');
  expect(await listener.until('a.ts')).toEqual([{ file: 'a.ts', certain: true }]);
});

test('a file that is removed and written again has changed once, and not vanished', async () => {
  await watching('a.ts', 'lib/c.ts');
  project.delete('lib');
  project.write('lib/c.ts', 'again');
  expect(await listener.until('lib/c.ts')).toEqual([{ file: 'lib/c.ts', certain: true }]);
});

test('a file that stays away has changed', async () => {
  await watching('a.ts', 'lib/c.ts');
  project.delete('lib');
  expect(await listener.until('lib/c.ts')).toEqual([{ file: 'lib/c.ts', certain: true }]);
});

test('a file that is created has changed, its folder too', async () => {
  await watch.watch(listener, files('a.ts', 'new/folder/d.ts'), 0);
  await listener.until('a.ts');
  project.write('new/folder/d.ts', 'new');
  await listener.until('new/folder/d.ts');
});

test('a file that was changed after it was read, and before it is watched, is a doubtful change', async () => {
  const readAt = Date.now();
  project.write('a.ts', 'changed');
  await watch.watch(listener, files('a.ts'), readAt);
  expect(await listener.until('a.ts')).toEqual([{ file: 'a.ts', certain: false }]);
});

test('a file that others watch already is a doubtful change, too, for one who read it before it changed', async () => {
  await watching('a.ts');
  const readAt = Date.now();
  project.write('a.ts', 'changed');
  await listener.until('a.ts');
  const late = new Listener();
  await watch.watch(late, files('a.ts'), readAt);
  expect(late.changes).toEqual([{ file: 'a.ts', certain: false }]);
  const later = new Listener();
  await watch.watch(later, files('a.ts'), Date.now() + 1);
  expect(later.changes).toEqual([]);
});

test('what is not in the latest set any more is not reported, unless another watches it', async () => {
  await watching('a.ts', 'b.ts', 'lib/c.ts');
  const other = new Listener();
  await watch.watch(other, files('b.ts'), Date.now() + 1_000);
  await watch.watch(listener, files('lib/c.ts'), Date.now() + 1_000);
  project.write('a.ts', 'changed');
  project.write('b.ts', 'changed');
  await other.until('b.ts');
  project.write('lib/c.ts', 'changed');
  expect(await listener.until('lib/c.ts')).toEqual([{ file: 'lib/c.ts', certain: true }]);
});

test('a listener that is forgotten hears nothing', async () => {
  await watching('a.ts');
  const other = new Listener();
  await watch.watch(other, files('a.ts'), Date.now() + 1_000);
  await watch.forget(listener);
  project.write('a.ts', 'changed');
  await other.until('a.ts');
  expect(listener.changes).toEqual([]);
});

test('after the end nothing is watched', async () => {
  await watch.close();
  await watch.watch(listener, files('a.ts'), 0);
  await watch.forget(listener);
  expect(listener.changes).toEqual([]);
});

test('a change that no event tells, as on some file systems, is found by a look', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  // Says that it sees a file, and never more.
  const deaf = Object.assign(new EventEmitter(), {
    add: (paths: readonly string[]) => paths.map((path) => deaf.emit('add', path, statSync(path))),
    unwatch: () => undefined,
    close: async () => undefined,
  });
  const looking = new InputWatch(
    () => undefined,
    async () => deaf as unknown as FSWatcher,
  );
  await looking.watch(listener, files('a.ts', 'b.ts'), Date.now() + 60_000);
  vi.advanceTimersByTime(2_000);
  expect(listener.changes).toEqual([]);
  project.write('a.ts', 'another text');
  vi.advanceTimersByTime(2_000);
  expect(listener.changes).toEqual([{ file: 'a.ts', certain: true }]);
  vi.advanceTimersByTime(10_000);
  expect(listener.changes).toHaveLength(1);
  await looking.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a file that the watcher never says it sees is found by a look, too', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const silent = Object.assign(new EventEmitter(), {
    add: () => undefined,
    unwatch: () => undefined,
    close: async () => undefined,
  });
  const looking = new InputWatch(
    () => undefined,
    async () => silent as unknown as FSWatcher,
  );
  await looking.watch(listener, files('a.ts', 'b.ts'), Date.now() + 60_000);
  vi.advanceTimersByTime(4_000);
  expect(listener.changes).toEqual([]);
  project.write('a.ts', 'another text');
  vi.advanceTimersByTime(2_000);
  expect(listener.changes).toEqual([{ file: 'a.ts', certain: true }]);
  // The watcher says so after all: it is no news.
  silent.emit('add', project.path('a.ts'), statSync(project.path('a.ts')));
  expect(listener.changes).toHaveLength(1);
  await looking.close();
  vi.useRealTimers();
});
