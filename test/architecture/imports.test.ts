import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');

/**
 * Which folders of `src` a folder may import from, beside itself. An invocation walks from the top to the bottom;
 * the screens see the session, the session never sees a screen.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  errors: [],
  lambda: [],
  signature: [],
  transport: ['protocol', 'errors', 'signature'],
  stub: ['protocol', 'transport', 'lambda', 'signature'],
  credentials: ['errors', 'protocol', 'signature'],
  runtime: ['lambda', 'errors', 'protocol'],
  session: ['protocol', 'transport', 'runtime', 'errors', 'lambda', 'signature'],
  emulator: ['protocol', 'transport', 'stub', 'runtime', 'errors', 'lambda', 'signature'],
  fixtures: ['checks', 'errors', 'protocol'],
  checks: [],
  // Goes into packages of users.
  handler: [],
  manifest: ['checks', 'errors', 'fixtures'],
  smoke: ['fixtures', 'session', 'errors'],
  tui: ['session', 'fixtures'],
  testing: ['cli', 'fixtures'],
  cli: [
    'protocol',
    'transport',
    'session',
    'runtime',
    'emulator',
    'fixtures',
    'checks',
    'manifest',
    'smoke',
    'tui',
    'errors',
    'lambda',
    'stub',
    'signature',
    'credentials',
    'manifest',
  ],
};

/** Packages and Node modules that a folder may use; folders that are not named may use any. */
const MAY_USE: Readonly<Record<string, RegExp>> = {
  protocol: /^node:(crypto|zlib|buffer)$/,
  errors: /^$/,
  signature: /^node:crypto$/,
  lambda: /^node:/,
  handler: /^$/,
  // Bundled for AWS: every package counts against its size.
  stub: /^node:/,
};

/**
 * Exceptions, each with its reason: the runtime takes only shared numbers and the counter of drops from the protocol,
 * and the screens and the session only types of what they show.
 */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  session: ['runtime'],
  tui: ['runtime', 'transport'],
};

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function sourceFiles(): readonly string[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.tsx?$/.test(entry.name) &&
        !/\.(test|contract|test-support)\.tsx?$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

function folderOf(file: string): string {
  return relative(src, file).split(sep)[0] ?? '';
}

const imports = sourceFiles().flatMap(importsOf);
const inside = imports
  .filter(({ to }) => to.startsWith('.'))
  .map((found) => ({ ...found, target: folderOf(join(dirname(found.from), found.to)) }))
  .filter(({ from, target }) => relative(src, from).includes(sep) && folderOf(from) !== target);

describe('the direction of imports', () => {
  test('every folder of src is in the table', () => {
    const folders = new Set(
      sourceFiles()
        .filter((file) => relative(src, file).includes(sep))
        .map(folderOf),
    );
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  test.each(Object.keys(MAY_IMPORT))('%s imports only the folders that it may', (folder) => {
    const forbidden = inside.filter(
      ({ from, target, typeOnly }) =>
        folderOf(from) === folder &&
        !(MAY_IMPORT[folder]?.includes(target) ?? false) &&
        !(typeOnly && (TYPES_ONLY[folder]?.includes(target) ?? false)),
    );
    expect(forbidden.map(({ from, to }) => `${relative(src, from)} → ${to}`)).toEqual([]);
  });

  test.each(Object.keys(MAY_USE))('%s uses only the modules that it may', (folder) => {
    const forbidden = imports.filter(
      ({ from, to }) => folderOf(from) === folder && !to.startsWith('.') && !MAY_USE[folder]?.test(to),
    );
    expect(forbidden.map(({ from, to }) => `${relative(src, from)} → ${to}`)).toEqual([]);
  });

  test('the session takes only types of the runtime: what runs handlers is given to it', () => {
    const values = inside.filter(
      ({ from, target, typeOnly }) => folderOf(from) === 'session' && target === 'runtime' && !typeOnly,
    );
    expect(values.map(({ from, to }) => `${relative(src, from)} → ${to}`)).toEqual([]);
  });

  test('no file is a barrel: nothing is exported from another file but at the package entries', () => {
    const barrels = sourceFiles().filter(
      (file) =>
        !['index.ts', join('handler', 'index.ts')].includes(relative(src, file)) &&
        /^export \* from|^export \{[^}]*\} from/m.test(readFileSync(file, 'utf8')),
    );
    expect(barrels.map((file) => relative(src, file))).toEqual([]);
  });

  test('no source file is longer than 300 lines', () => {
    const long = sourceFiles().filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
    expect(long.map((file) => relative(src, file))).toEqual([]);
  });
});
