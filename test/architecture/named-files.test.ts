import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = ['src', 'test', 'bench', 'cdk', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (file) => `/${folder}/${file.replaceAll('\\', '/')}`,
  ),
);

/** `src/session/store.ts`, or the end of such a path; not `run-NAME.ts`, which stands for many. */
const NAMED = /`([a-z][a-z\d./-]*\.ts)`/g;

test.each(['CONTRIBUTING.md', 'docs/architecture.md'])('the files that %s names are there', (document) => {
  const named = [...readFileSync(join(root, document), 'utf8').matchAll(NAMED)].map(([, file = '']) => file);
  expect(named.length).toBeGreaterThan(10);
  const absent = named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)));
  expect(absent).toEqual([]);
});
