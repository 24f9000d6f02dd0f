import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildOptions, Loader } from 'esbuild';
import type { FunctionSpec } from '../invocation.ts';
import { leaveOut } from './left-out.ts';
import type { ModuleFormat } from './module-format.ts';

export type BundleSource = {
  /** Absolute. */
  readonly file: string;
  /** Absolute; paths in messages are relative to it. */
  readonly root: string;
  readonly bundling: FunctionSpec['bundling'];
};

/** How a handler is bundled: for the Node that runs llx, because that runs the handler, too. */
export function bundleOptions(source: BundleSource, format: ModuleFormat, outputDirectory: string) {
  const { file, root, bundling } = source;
  return {
    absWorkingDir: root,
    entryPoints: [file],
    entryNames: '[name]-[hash]',
    outdir: outputDirectory,
    // The file itself says what it is, whatever package.json is found above it.
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    format,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    // The caller writes: esbuild would delete the files of the build before, which running workers still need.
    write: false,
    logLevel: 'silent',
    define: { ...placeOf(file), ...bundling?.define },
    // esbuild itself refuses a loader that it does not know.
    ...(bundling?.loader === undefined
      ? {}
      : { loader: bundling.loader as Readonly<Record<string, Loader>> }),
    ...(bundling?.tsconfig === undefined ? {} : { tsconfig: bundling.tsconfig }),
    ...(format === 'esm' ? { banner: { js: requireBanner(file) } } : {}),
    plugins: [leaveOut(bundling?.external ?? [], format)],
  } as const satisfies BuildOptions;
}

/**
 * Where code believes to be: beside its source, so that a template or a schema is found by its relative path.
 * `define` replaces free names only; a module's own `const __dirname = …` stays.
 */
function placeOf(file: string): Record<string, string> {
  const url = JSON.stringify(pathToFileURL(file).href);
  const filename = JSON.stringify(file);
  const folder = JSON.stringify(dirname(file));
  return {
    __filename: filename,
    __dirname: folder,
    'import.meta.url': url,
    'import.meta.filename': filename,
    'import.meta.dirname': folder,
  };
}

/**
 * CommonJS dependencies inside an ESM bundle call `require`, for Node's own modules and for what is left out.
 * esbuild keeps this name free: a module's own top-level `require` is renamed.
 */
function requireBanner(file: string): string {
  return `import { createRequire as __llxCreateRequire } from 'node:module'; const require = __llxCreateRequire(${JSON.stringify(file)});`;
}
