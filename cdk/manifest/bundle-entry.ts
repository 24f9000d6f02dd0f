import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { FoundBy } from '../../src/manifest/manifest.ts';
import { items, members, text } from './template.ts';

/** A source file that a bundle may be made of; absolute, and may not exist. */
export type Candidate = { readonly file: string; readonly foundBy: FoundBy };

export type StagedBundle = {
  /** Absolute. */
  readonly file: string;
  /** What esbuild's paths may be relative to: the project's root, the folder of the synth. */
  readonly roots: readonly string[];
};

/** In a container the project is mounted there. https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html */
const CONTAINER_ROOT = /^.*\/asset-input\//;

/**
 * What esbuild itself has left of its entry in a bundle, the surest first: the metafile beside it, the comment before
 * the last module, the sources of the source map. Nothing of it is the CDK's, so a new version of that changes nothing.
 */
export function bundleEntries(bundle: StagedBundle): readonly Candidate[] {
  const { file, roots } = bundle;
  const code = readFileSync(file, 'utf8');
  const sources = mapSources(file, code);
  return [
    ...located(metafileEntries(dirname(file)), 'metafile', roots),
    ...located(lastComments(code), 'comment', roots),
    ...located(sources.filter(isInContainer), 'source-map', roots),
    ...located(
      sources.filter((path) => !isInContainer(path)),
      'source-map',
      [dirname(file)],
    ),
  ];
}

/**
 * The packages that were left out of a bundle: what it still imports, Node.js' own modules aside. A string literal that
 * looks like an import is taken for one; a package too many here is loaded from node_modules instead of bundled.
 */
export function externalsOf(bundleFile: string): readonly string[] {
  const code = readFileSync(bundleFile, 'utf8');
  const imports = code.matchAll(/(?:\brequire\(|\bimport\s*\(?|\bfrom\s*)(["'])([^"'\n]+)\1/g);
  const packages = [...imports].map(([, , path = '']) => packageOf(path));
  return [...new Set(packages.filter((name) => name !== undefined))].sort();
}

function packageOf(path: string): string | undefined {
  if (isBuiltin(path)) return undefined;
  return /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*/.exec(path)?.[0];
}

function isInContainer(path: string): boolean {
  return CONTAINER_ROOT.test(path);
}

/** `bundling.metafile` writes it as index.meta.json. */
function metafileEntries(folder: string): readonly string[] {
  const { outputs } = members(readJson(join(folder, 'index.meta.json')));
  return Object.values(members(outputs)).flatMap((output) => text(members(output).entryPoint) ?? []);
}

/** Of the modules in a bundle the entry comes last; other comments may follow. */
function lastComments(code: string): readonly string[] {
  const comments = [...code.matchAll(/^\s*\/\/ (\S.*\.[cm]?[jt]sx?)$/gm)].map(([, path = '']) => path);
  return comments.slice(-1);
}

/** The order of the sources says nothing. Those of packages are never a handler of the project. */
function mapSources(file: string, code: string): readonly string[] {
  const inline = /^\/\/# sourceMappingURL=data:application\/json;base64,(\S+)$/m.exec(code)?.[1];
  const map =
    inline === undefined ? readJson(`${file}.map`) : parse(Buffer.from(inline, 'base64').toString());
  return items(members(map).sources).flatMap((source) => {
    const path = text(source);
    return path === undefined || path.includes('node_modules/') ? [] : [path];
  });
}

function located(paths: readonly string[], foundBy: FoundBy, roots: readonly string[]): readonly Candidate[] {
  return paths.flatMap((path) =>
    roots.map((root) => ({ file: resolve(root, path.replace(CONTAINER_ROOT, '')), foundBy })),
  );
}

function readJson(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch {
    // It is written only where the function's bundling asks for it.
    return undefined;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not written by esbuild: another way may lead to the entry.
    return undefined;
  }
}
