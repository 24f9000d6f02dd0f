import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cdk = join(root, 'cdk');

/** Runs in other people's CDK apps: what is bundled is little, and the CDK is theirs. */
const MAY_USE = /^(?:node:.+|aws-cdk-lib(?:\/.+)?|constructs)$/;
const MAY_IMPORT = /^(?:cdk|src\/protocol|src\/manifest)\//;

const files = readdirSync(cdk, { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.ts') && !/\.(?:test|test-support)\.ts$/.test(name))
  .map(({ parentPath, name }) => join(parentPath, name));

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/from '([^']+)';$|import\('([^']+)'\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

test('llx/cdk uses Node, the CDK and what llx shares with everybody', () => {
  const forbidden = files.flatMap((file) =>
    importsOf(file)
      .filter((to) =>
        to.startsWith('.') ? !MAY_IMPORT.test(relative(root, join(dirname(file), to))) : !MAY_USE.test(to),
      )
      .map((to) => `${relative(root, file)} → ${to}`),
  );
  expect(forbidden).toEqual([]);
});

test('no file of it is a barrel but the package’s entry, and none is longer than 300 lines', () => {
  const texts = files.map((file) => [relative(cdk, file), readFileSync(file, 'utf8')] as const);
  expect(
    texts.filter(([, text]) => /^export (?:\*|\{[^}]*\}) from/m.test(text)).map(([file]) => file),
  ).toEqual(['index.ts']);
  expect(texts.filter(([, text]) => text.split('\n').length > 301).map(([file]) => file)).toEqual([]);
});
