import { afterEach, beforeEach, expect, test } from 'vitest';
import { TemporaryProject } from '../../runtime/test-support/temporary-project.ts';
import { SmokeWatch } from './smoke-watch.ts';

let project: TemporaryProject;
let watch: SmokeWatch;
const { signal } = new AbortController();

beforeEach(async () => {
  project = new TemporaryProject({ 'src/orders.ts': '1', 'report.xml': '', 'node_modules/a/index.js': '1' });
  watch = await SmokeWatch.start({
    directories: [project.root],
    ignored: [project.path('report.xml')],
    settledMs: 10,
  });
});

afterEach(async () => {
  await watch.close();
  project.remove();
});

test('a source and a fixture are seen; packages, hidden files and reports of llx are not', async () => {
  project.write('node_modules/a/index.js', '2');
  project.write('.llx/build/orders.mjs', '2');
  project.write('report.xml', '<testsuites/>');
  project.write('src/orders.ts', '2');
  project.write('fixtures/events/orders/create.json', '{}');
  const seen = new Set<string>();
  while (
    !seen.has(project.path('src/orders.ts')) ||
    !seen.has(project.path('fixtures/events/orders/create.json'))
  )
    for (const file of await watch.changes(signal)) seen.add(file);
  const folders = ['fixtures', 'fixtures/events', 'fixtures/events/orders'].map((path) => project.path(path));
  expect([...seen].filter((path) => !folders.includes(path)).sort()).toEqual(
    [project.path('fixtures/events/orders/create.json'), project.path('src/orders.ts')].sort(),
  );
});

test('what changed while nobody asked is told at once', async () => {
  project.write('src/orders.ts', '2');
  const first = await watch.changes(signal);
  expect(first.has(project.path('src/orders.ts'))).toBe(true);
});

test('what changed so far is told once, and nothing where nothing did', async () => {
  project.write('src/orders.ts', '2');
  const first = await watch.changes(signal);
  expect([...first]).toEqual([project.path('src/orders.ts')]);
  expect(await watch.changesSoFar(signal)).toEqual(new Set());
});

test('a wait ends with its signal, and a watch may be closed twice', async () => {
  const controller = new AbortController();
  const waiting = watch.changes(controller.signal);
  controller.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow();
  await watch.close();
});
