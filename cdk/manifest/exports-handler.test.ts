import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportsHandler } from './exports-handler.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llx-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function exportsName(source: string, name: string): boolean {
  const file = join(folder, 'source.ts');
  writeFileSync(file, source);
  return exportsHandler(file, name);
}

describe('a name is exported by', () => {
  test.each([
    'export const handler = async () => 1;',
    'export async function handler(event: Event) {}',
    'export function* handler() {}',
    'export { run as handler };',
    "export {\n  other,\n  handler,\n} from './handlers';",
    'export const { handler, other } = make();',
    "export * from './handlers';",
    'exports.handler = () => 1;',
    "exports['handler'] = () => 1;",
    'module.exports = { handler };',
    'module.exports.handler = () => 1;',
    'export = handlers;',
  ])('%s', (source) => {
    expect(exportsName(source, 'handler')).toBe(true);
  });
});

describe('a name is not exported by', () => {
  test.each([
    'const handler = async () => 1;',
    'export const handlers = [];',
    'export const other = handler;',
    'export default handler;',
    '',
  ])('%s', (source) => {
    expect(exportsName(source, 'handler')).toBe(false);
  });
});

test('of a nested handler the module exports the first part', () => {
  expect(exportsName('export const routes = { create };', 'routes.create')).toBe(true);
  expect(exportsName('export const create = 1;', 'routes.create')).toBe(false);
});

test('a default export is one by its word', () => {
  expect(exportsName('export default async () => 1;', 'default')).toBe(true);
});

test('a name is no pattern', () => {
  expect(exportsName('export const handlXr = 1;', 'handl.r')).toBe(false);
  expect(exportsName('export const $run = 1;', '$run')).toBe(true);
});
