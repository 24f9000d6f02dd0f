import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Metafile } from 'esbuild';
import type { BuildProblem } from '../invocation.ts';
import { missingImport } from './build-problem.ts';

/** What npm, pnpm and yarn write when they have changed node_modules. */
const INSTALL_MARKERS = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'];

/** Files outside of the bundle that decide how it is built. */
const SETTINGS = ['package.json', 'tsconfig.json'];

/** What an import without an extension may mean to esbuild. */
const IMPORT_ENDINGS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json'];

const NODE_MODULES = `${sep}node_modules${sep}`;

/**
 * The files whose change makes a bundle stale, absolute: its sources, the settings around them, and for installed
 * packages only what an install rewrites, instead of a watch on thousands of files that nobody edits.
 */
export function watchedInputs(metafile: Metafile, root: string): Set<string> {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    if (!isOnDisk(path)) continue;
    const file = resolve(root, path);
    if (file.includes(NODE_MODULES)) {
      addInstallMarkers(file, files);
      continue;
    }
    files.add(file);
    addSettings(dirname(file), root, folders, files);
    // A module that is left out of the bundle is loaded with it: a new version of it needs new workers.
    for (const { path: imported, external } of imports) {
      if (external && imported.includes(NODE_MODULES))
        addInstallMarkers(imported.replace(/^file:\/\//, ''), files);
    }
  }
  return files;
}

/** Where the repair of a failed build may happen: the files that it names, and those it did not find. */
export function repairCandidates(problems: readonly BuildProblem[], root: string): Set<string> {
  const files = new Set<string>();
  for (const problem of problems) {
    const importer = problem.location?.file;
    if (importer !== undefined) files.add(importer);
    const missing = missingImport(problem);
    if (missing === undefined) continue;
    const folder = importer === undefined ? root : dirname(importer);
    if (/^\.{0,2}[/\\]|^\.\.?$/.test(missing) || importer === undefined) {
      const path = resolve(folder, missing);
      for (const file of importedFiles(path)) files.add(file);
    } else {
      for (const marker of INSTALL_MARKERS) files.add(join(root, 'node_modules', marker));
      addSettings(folder, root, new Set(), files);
    }
  }
  return files;
}

function importedFiles(path: string): readonly string[] {
  // `./orders.js` may mean orders.ts.
  const stem = path.replace(/\.[cm]?jsx?$/, '');
  const stems = [path, stem, join(path, 'index')];
  return stems.flatMap((each) => IMPORT_ENDINGS.map((ending) => each + ending));
}

/** Not what esbuild makes up itself: `(disabled):…`, `<runtime>`, `data:…`. */
function isOnDisk(path: string): boolean {
  return !/^\(|^<|^[a-z][\w-]+:/i.test(path);
}

function addInstallMarkers(file: string, files: Set<string>): void {
  const folder = file.slice(0, file.indexOf(NODE_MODULES) + NODE_MODULES.length);
  for (const marker of INSTALL_MARKERS) files.add(folder + marker);
}

/** In each folder from this one up to the package that `root` belongs to. */
function addSettings(folder: string, root: string, seen: Set<string>, files: Set<string>): void {
  if (seen.has(folder)) return;
  seen.add(folder);
  // To wait for a file above the project means to watch all that goes on there: /tmp, or somebody's home.
  const isAboveRoot = folder !== root && isBelow(root, folder);
  for (const name of SETTINGS) {
    const file = join(folder, name);
    if (!isAboveRoot || existsSync(file)) files.add(file);
  }
  const parent = dirname(folder);
  const isBelowRoot = folder !== root && isBelow(folder, root);
  if (parent === folder || (!isBelowRoot && existsSync(join(folder, 'package.json')))) return;
  addSettings(parent, root, seen, files);
}

function isBelow(folder: string, other: string): boolean {
  return !relative(other, folder).startsWith('..');
}
