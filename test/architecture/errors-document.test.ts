import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/errors/error-codes.ts';
import { FAILURES } from '../../src/protocol/failure.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const document = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
const sections = [...document.matchAll(/^### `([^`]+)`$/gm)].map(([, code]) => code);

test('docs/errors.md has a section for each code, and for no other', () => {
  expect([...sections].sort()).toEqual([...Object.keys(ERROR_CODES), ...Object.keys(FAILURES)].sort());
});

test('each section of a code of llx says with which exit code it ends', () => {
  for (const [code, { exitCode }] of Object.entries(ERROR_CODES)) {
    const section = document.split(`### \`${code}\``)[1]?.split('\n### ')[0] ?? '';
    expect(section, code).toMatch(new RegExp(`^Exit code ${exitCode}\\.`, 'm'));
  }
});
