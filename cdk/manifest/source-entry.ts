import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { IConstruct } from 'constructs';
import type { FoundBy, SourceEntry } from '../../src/manifest/manifest.ts';
import { bundleEntries, type Candidate } from './bundle-entry.ts';
import { defaultEntries } from './default-entry.ts';
import { exportsHandler } from './exports-handler.ts';

export type EntrySearch = {
  /** The function's resource. */
  readonly resource: IConstruct;
  /** Construct path, as `entries` names it. */
  readonly path: string;
  /** The construct's id, as `entries` names it. */
  readonly id: string;
  /** `index.handler`. */
  readonly handler: string;
  /** The folder of the synth, absolute. */
  readonly root: string;
  /** The folder that is deployed, absolute. */
  readonly staged?: string | undefined;
  /** What it was staged from, absolute. */
  readonly source?: string | undefined;
  /** What the app says itself: by construct path or id, relative to `root`. */
  readonly entries: Readonly<Record<string, string>>;
  /** Of the manifest before: a synth that bundles only some stacks knows no better. */
  readonly before?: SourceEntry | undefined;
};

/** Lambda's and TypeScript's, in the order in which llx looks for them. */
const EXTENSIONS = ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'jsx'];

/** The source of a function's handler, or a problem for the developer: each candidate must exist and export it. */
export function findEntry(
  search: EntrySearch,
): { readonly entry: SourceEntry } | { readonly problem: string } {
  const { handler, root } = search;
  const { path, exportName } = splitHandler(handler);
  const given = search.entries[search.path] ?? search.entries[search.id];
  if (given !== undefined) return givenEntry(resolve(root, given), exportName, search);
  const asset = assetEntry(path, search);
  if (asset !== undefined) return { entry: entry(asset, 'asset', exportName, root) };
  const fitting = candidates(path, search).filter(
    ({ file }) => isFile(file) && exportsHandler(file, exportName),
  );
  const [found] = fitting.filter((one) => one.foundBy !== 'source-map' || isOnly(one, fitting));
  if (found !== undefined) return { entry: entry(found.file, found.foundBy, exportName, root) };
  const { before } = search;
  if (before?.exportName === exportName && isFile(resolve(root, before.file))) return { entry: before };
  const unstaged = search.source && handlerFile(search.source, path);
  if (unstaged && exportsHandler(unstaged, exportName)) {
    return { entry: entry(unstaged, 'asset', exportName, root) };
  }
  return { problem: `The source of ${search.path} was not found. ${mend(search)}` };
}

/** `lib/orders.create` is `create` in `lib/orders`. */
function splitHandler(handler: string): { readonly path: string; readonly exportName: string } {
  const dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
  return dot === -1
    ? { path: handler, exportName: 'handler' }
    : { path: handler.slice(0, dot), exportName: handler.slice(dot + 1) };
}

function givenEntry(file: string, exportName: string, search: EntrySearch): ReturnType<typeof findEntry> {
  const shown = fromRoot(search.root, file);
  if (!isFile(file)) {
    return { problem: `The entry of ${search.path}, ${shown}, does not exist. ${mend(search)}` };
  }
  if (!exportsHandler(file, exportName)) {
    return { problem: `The entry of ${search.path}, ${shown}, exports no ${exportName}. ${mend(search)}` };
  }
  return { entry: entry(file, 'given', exportName, search.root) };
}

/**
 * What was staged unchanged has its source where it was staged from: the same file, byte by byte. Of what came from
 * nowhere that is known, the staged file is the source.
 */
function assetEntry(path: string, { staged, source }: EntrySearch): string | undefined {
  // Not staged at all: this synth bundles other stacks, or none. The folder then may be the whole project's.
  const file = staged === source ? undefined : staged && handlerFile(staged, path);
  if (staged === undefined || file === undefined || file === '') return undefined;
  if (source === undefined) return file;
  const original = join(source, relative(staged, file));
  return isFile(original) && readFileSync(original).equals(readFileSync(file)) ? original : undefined;
}

function candidates(path: string, { staged, source, root, resource, id }: EntrySearch): readonly Candidate[] {
  const file = staged === source ? undefined : staged && handlerFile(staged, path);
  const roots = [...new Set([...(source === undefined ? [] : [source]), root])];
  return [...(file ? bundleEntries({ file, roots }) : []), ...defaultEntries(resource, id)];
}

/** The file of a package that Lambda would load. */
export function handlerFile(folder: string, path: string): string | undefined {
  return EXTENSIONS.map((extension) => join(folder, `${path}.${extension}`)).find(isFile);
}

/** A source map names every module: only one of them may be the entry. */
function isOnly({ file }: Candidate, fitting: readonly Candidate[]): boolean {
  return fitting.every((other) => other.foundBy !== 'source-map' || other.file === file);
}

function entry(file: string, foundBy: FoundBy, exportName: string, root: string): SourceEntry {
  return { file: fromRoot(root, file), exportName, foundBy };
}

function fromRoot(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}

function mend({ path }: EntrySearch): string {
  return `Name it in the app: LiveLambda.enable(app, { entries: { '${path}': 'src/handler.ts' } })`;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
