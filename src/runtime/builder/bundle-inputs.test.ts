import { afterEach, expect, test } from 'vitest';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { repairCandidates, watchedInputs } from './bundle-inputs.ts';

let project: TemporaryProject;
afterEach(() => project.remove());

const NOTHING = { bytes: 0, imports: [] };

function inputs(root: string, ...paths: string[]) {
  const files = watchedInputs(
    { inputs: Object.fromEntries(paths.map((path) => [path, NOTHING])), outputs: {} },
    project.path(root),
  );
  return [...files].map((file) => file.replace(`${project.root}/`, '')).sort();
}

test('sources, and the settings around them up to the root', () => {
  project = new TemporaryProject({ 'package.json': '{}' });
  expect(inputs('', 'src/a.ts', 'src/deep/b.ts')).toEqual([
    'package.json',
    'src/a.ts',
    'src/deep/b.ts',
    'src/deep/package.json',
    'src/deep/tsconfig.json',
    'src/package.json',
    'src/tsconfig.json',
    'tsconfig.json',
  ]);
});

test('a package inside of the root does not hide the settings above it; those above the root’s own package do not count', () => {
  project = new TemporaryProject({ 'app/package.json': '{}', 'app/service/package.json': '{}' });
  expect(inputs('app', 'service/a.ts')).toEqual([
    'app/package.json',
    'app/service/a.ts',
    'app/service/package.json',
    'app/service/tsconfig.json',
    'app/tsconfig.json',
  ]);
});

test('of the settings above a project without a package only those count that are there', () => {
  project = new TemporaryProject({ 'tsconfig.json': '{}', 'deep/app/a.ts': '' });
  expect(inputs('deep/app', 'a.ts')).toEqual(
    expect.arrayContaining([
      'deep/app/a.ts',
      'deep/app/package.json',
      'deep/app/tsconfig.json',
      'tsconfig.json',
    ]),
  );
  expect(inputs('deep/app', 'a.ts')).not.toContain('deep/package.json');
});

test('a linked package outside of the root has settings of its own', () => {
  project = new TemporaryProject({ 'app/package.json': '{}', 'lib/package.json': '{}' });
  expect(inputs('app', '../lib/src/a.ts')).toEqual([
    'lib/package.json',
    'lib/src/a.ts',
    'lib/src/package.json',
    'lib/src/tsconfig.json',
    'lib/tsconfig.json',
  ]);
});

test('installed packages are represented by what an install rewrites', () => {
  project = new TemporaryProject();
  expect(inputs('', 'node_modules/a/index.js', 'node_modules/a/node_modules/b/index.js')).toEqual([
    'node_modules/.modules.yaml',
    'node_modules/.package-lock.json',
    'node_modules/.yarn-state.yml',
  ]);
});

test('what esbuild makes up is on no disk', () => {
  project = new TemporaryProject();
  expect(inputs('', '(disabled):fs', '<runtime>', 'data:text/plain,hi')).toEqual([]);
});

test('the repair of a build may be in the files that it names', () => {
  project = new TemporaryProject();
  const location = { file: '/project/src/a.ts', line: 1, column: 1, lineText: '' };
  expect([...repairCandidates([{ text: 'Expected ";"', location }], '/project')]).toEqual([
    '/project/src/a.ts',
  ]);
});

test('the repair of a missing import may be any file that it could mean', () => {
  project = new TemporaryProject();
  const location = { file: '/project/src/a.ts', line: 1, column: 1, lineText: '' };
  const files = repairCandidates([{ text: 'Could not resolve "../lib/orders.js"', location }], '/project');
  expect([...files]).toEqual(
    expect.arrayContaining([
      '/project/lib/orders.js',
      '/project/lib/orders.ts',
      '/project/lib/orders.js/index.ts',
    ]),
  );
});

test('the repair of a missing package may be an install', () => {
  project = new TemporaryProject();
  const location = { file: '/project/src/a.ts', line: 1, column: 1, lineText: '' };
  const files = repairCandidates([{ text: 'Could not resolve "left-pad"', location }], '/project');
  expect(files).toContain('/project/node_modules/.package-lock.json');
  expect(files).toContain('/project/tsconfig.json');
});
