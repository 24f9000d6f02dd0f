import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { LayerDirectories } from './layer-directories.ts';

let project: TemporaryProject;
let layers: LayerDirectories;
beforeEach(() => {
  project = new TemporaryProject();
  layers = new LayerDirectories(project.path('.llx/layers'));
});
afterEach(() => project.remove());

const text = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

describe('the directory that stands for /opt', () => {
  it('is the layer itself, where there is only one', () => {
    expect(layers.of(['/one'])).toBe('/one');
  });

  it('has what is in any of the layers, of the last one where several have it', async () => {
    project.write('a/bin/tool', 'a');
    project.write('a/lib/only-a', 'a');
    project.write('b/bin/tool', 'b');
    project.write('c/lib/deep/only-c', 'c');
    chmodSync(project.path('b/bin/tool'), 0o755);
    const opt = await layers.of([project.path('a'), project.path('b'), project.path('c')]);
    expect(text(opt, 'bin/tool')).toBe('b');
    expect(statSync(join(opt, 'bin/tool')).mode & 0o777).toBe(0o755);
    expect([text(opt, 'lib/only-a'), text(opt, 'lib/deep/only-c')]).toEqual(['a', 'c']);
    expect(text(project.path('a/bin/tool'))).toBe('a');
    expect(statSync(project.path('.llx/layers')).mode & 0o777).toBe(0o700);
  });

  it('depends on their order', async () => {
    project.write('a/name', 'a');
    project.write('b/name', 'b');
    const [a, b] = [project.path('a'), project.path('b')];
    const [ab, ba] = await Promise.all([layers.of([a, b]), layers.of([b, a])]);
    expect([text(ab, 'name'), text(ba, 'name')]).toEqual(['b', 'a']);
  });

  it('has files in place of folders, folders in place of files, and links as they are', async () => {
    project.write('a/one/inside', 'a');
    project.write('a/two', 'a');
    project.write('b/one', 'b');
    project.write('b/two/inside', 'b');
    symlinkSync('one', project.path('b/link'));
    const opt = await layers.of([project.path('a'), project.path('b')]);
    expect([text(opt, 'one'), text(opt, 'two/inside'), text(opt, 'link')]).toEqual(['b', 'b', 'b']);
  });

  it('is made once, also by two at a time, and found again', async () => {
    project.write('a/name', 'a');
    project.write('b/name', 'b');
    const list = [project.path('a'), project.path('b')] as const;
    const other = new LayerDirectories(project.path('.llx/layers'));
    const [one, two] = await Promise.all([layers.of(list), other.of(list)]);
    expect(two).toBe(one);
    expect(layers.of(list)).toBe(one);
    expect(readdirSync(project.path('.llx/layers'))).toHaveLength(1);
  });

  it('is removed when nobody has asked for it in 30 days', async () => {
    for (const name of ['a', 'b', 'c']) project.write(`${name}/name`, name);
    const [a, b, c] = [project.path('a'), project.path('b'), project.path('c')];
    const old = await layers.of([a, b]);
    const used = await layers.of([b, a]);
    const later = (days: number) =>
      new LayerDirectories(project.path('.llx/layers'), () => Date.now() + days * 86_400_000);
    await later(29).of([b, a]);
    const made = await later(31).of([a, c]);
    expect([old, used, made].map(existsSync)).toEqual([false, true, true]);
    expect(readdirSync(project.path('.llx/layers'))).toHaveLength(2);
  });

  it('is not there when a layer is missing, and is tried again', async () => {
    project.write('a/name', 'a');
    const list = [project.path('a'), project.path('b')] as const;
    await expect(layers.of(list)).rejects.toThrow('ENOENT');
    expect(existsSync(project.path('.llx/layers')) && readdirSync(project.path('.llx/layers'))).toEqual([]);
    project.write('b/name', 'b');
    expect(text(await layers.of(list), 'name')).toBe('b');
  });
});
