import { pathToFileURL } from 'node:url';
import type { ImportKind, Plugin, PluginBuild } from 'esbuild';
import type { ModuleFormat } from './module-format.ts';

/** Marks our own question to esbuild, so that we do not answer it ourselves. */
const ASKED = Symbol('asked');

/**
 * Leaves native addons and the modules of `bundling.external` (`sharp`, `@aws-sdk/*`) out of the bundle. They are
 * named by absolute path, because the bundle is not in the folder from which they would be found. One that is not
 * installed, as when a layer has it, keeps its name and fails only when it is loaded.
 */
export function leaveOut(names: readonly string[], format: ModuleFormat): Plugin {
  return {
    name: 'llx-left-out',
    setup(build) {
      // esbuild runs the filter itself: imports that do not match cost no round trip to this process.
      build.onResolve({ filter: leftOutFilter(names) }, async (imported) => {
        if (imported.kind === 'entry-point' || imported.pluginData === ASKED) return undefined;
        const file = await locate(build, imported);
        return {
          path: file === undefined ? imported.path : specifier(file, imported.kind, format),
          external: true,
        };
      });
    },
  };
}

/** In the syntax that Go and JavaScript share. */
export function leftOutFilter(names: readonly string[]): RegExp {
  const patterns = names.map((name) => {
    const escaped = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    // As esbuild has it, a package's name stands for all of its files.
    return `^${escaped}(?:/.*)?$`;
  });
  return new RegExp(['\\.node$', ...patterns].join('|'));
}

type Imported = {
  readonly path: string;
  readonly kind: ImportKind;
  readonly importer: string;
  readonly resolveDir: string;
};

async function locate(build: PluginBuild, imported: Imported): Promise<string | undefined> {
  const { path, kind, importer, resolveDir } = imported;
  const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: ASKED });
  return found.errors.length > 0 || found.external || found.namespace !== 'file' ? undefined : found.path;
}

/** `import` takes URLs on every system; `require` takes paths only. */
function specifier(file: string, kind: ImportKind, format: ModuleFormat): string {
  const isImport = kind === 'dynamic-import' || (kind === 'import-statement' && format === 'esm');
  return isImport ? pathToFileURL(file).href : file;
}
