import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryPath, leavesPackage } from './entry-path.ts';

test.each([
  ['index.mjs', { path: 'index.mjs', isDirectory: false }],
  ['node_modules/a/b.js', { path: 'node_modules/a/b.js', isDirectory: false }],
  ['./index.mjs', { path: 'index.mjs', isDirectory: false }],
  ['lib/', { path: 'lib', isDirectory: true }],
  ['..dots..', { path: '..dots..', isDirectory: false }],
])('%s is a path', (name, path) => {
  expect(entryPath(name)).toEqual(path);
});

test.each([
  ['', 'is empty'],
  ['/etc/passwd', 'is an absolute path'],
  ['C:/windows', 'is an absolute path'],
  ['c:x', 'is an absolute path'],
  ['../up', 'leads out of the package'],
  ['a/../../up', 'leads out of the package'],
  ['a/..', 'leads out of the package'],
  ['a\\..\\up', 'has a backslash'],
  ['a\0b', 'has a NUL character'],
  ['./', 'names the package itself'],
  ['x'.repeat(256), 'is too long'],
  ['é'.repeat(128), 'is too long'],
  ['a/'.repeat(2049), 'is too long'],
])('the name %j is refused', (name, problem) => {
  expect(entryPath(name)).toEqual({ problem });
});

const segment = fc.oneof(
  fc.constantFrom('..', '.', '', 'a', 'b', 'C:', '\\', '~'),
  fc.string({ maxLength: 4 }),
);
const anyPath = fc.array(segment, { maxLength: 6 }).map((segments) => segments.join('/'));

test('no name that is taken leads out of its package, or to the package itself', () => {
  fc.assert(
    fc.property(anyPath, (name) => {
      const found = entryPath(name);
      if ('problem' in found) return;
      const joined = posix.join('/package', found.path);
      expect(joined.startsWith('/package/')).toBe(true);
      expect(posix.normalize(joined)).toBe(joined);
    }),
  );
});

test.each([
  ['bin/run', '../lib/run.js', false],
  ['run', 'lib/run.js', false],
  ['a/b/c', '../../d', false],
  ['a/b/c', '../../../d', true],
  ['run', '..', true],
  ['run', '/usr/bin/node', true],
  ['run', 'lib/../../up', true],
  ['run', 'lib/../run.js', true],
  ['run', '', true],
])('the link %s to %s leaves its package: %s', (path, target, leaves) => {
  expect(leavesPackage(path, target)).toBe(leaves);
});

test('links that are taken end inside, whatever links they pass through', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const linkPath = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
  const links = fc.dictionary(linkPath, anyPath, { maxKeys: 6 });
  fc.assert(
    fc.property(links, anyPath, (all, start) => {
      const taken = new Map(Object.entries(all).filter(([path, target]) => !leavesPackage(path, target)));
      const file = entryPath(start);
      if (!('problem' in file)) expect(follow(file.path, taken)).not.toBe('outside');
    }),
  );
});

/** As a kernel does it: segment by segment, each link at once. */
function follow(path: string, links: ReadonlyMap<string, string>): 'inside' | 'outside' {
  const at: string[] = [];
  const rest = path.split('/');
  for (let steps = 0; rest.length > 0 && steps < 200; steps += 1) {
    const next = rest.shift() ?? '';
    if (next === '' || next === '.') continue;
    if (next === '..') {
      if (at.pop() === undefined) return 'outside';
      continue;
    }
    const target = links.get([...at, next].join('/'));
    if (target === undefined) at.push(next);
    else rest.unshift(...target.split('/'));
  }
  return 'inside';
}
