import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { withBuildService } from '../../../runtime/builder/build-service.ts';
import { moduleFormat } from '../../../runtime/builder/module-format.ts';
import { packageInvalid } from './package-invalid.ts';

/** A file as Lambda loads it. */
export type HandlerModule = {
  /** Where a person finds it. */
  readonly entry: string;
  readonly text: string;
  /** Names that it surely exports; undefined: CommonJS, of which nobody knows before it runs. */
  readonly exports: readonly string[] | undefined;
};

/** A re-export of whatever another module has. */
const STAR = /^\s*export\s*\*\s*from\b/m;
/** What may give CommonJS exports that its text does not name. */
const UNNAMED = /\brequire\s*\(|\.\.\.|\bexports\s*\[/;

/**
 * Whether a handler is there is seen before it is live, as far as it can be. Gives what is doubtful, a sentence.
 *
 * @param exportPath `handler`, or a member of an export: `orders.create`
 * @throws LlxError LLX_PACKAGE_INVALID where it is surely not exported
 */
export function checkHandlerExport(
  { entry, text, exports }: HandlerModule,
  exportPath: string,
): string | undefined {
  const [name = ''] = exportPath.split('.', 1);
  if (exports?.includes(name) === true) return undefined;
  // Handlers are looked for in the default export, too: that of CommonJS is all that it exports.
  const isListed = exports !== undefined && !exports.includes('default') && !STAR.test(text);
  if (!isListed && (STAR.test(text) || mentions(text, name))) return undefined;
  if (isListed || !UNNAMED.test(text)) throw notExported(entry, name, exports);
  return `${entry} does not name ${name}, which is to be its handler: if it is not exported, the function fails.`;
}

/** A file that goes into a package as it is; undefined where it cannot be looked into. */
export async function readHandlerModule(entry: string): Promise<HandlerModule | undefined> {
  try {
    const text = await readFile(entry, 'utf8');
    if ((await moduleFormat(entry)) === 'cjs') return { entry, text, exports: undefined };
    const exports = await exportsOf(entry);
    // Without a statement of ESM only the extension says that it is none of CommonJS.
    const isEsm = exports.length > 0 || extname(entry) === '.mjs';
    return { entry, text, exports: isEsm ? exports : undefined };
  } catch {
    // Node.js may run what esbuild does not parse.
    return undefined;
  }
}

async function exportsOf(entry: string): Promise<readonly string[]> {
  const built = await withBuildService(({ build }) =>
    build({
      absWorkingDir: dirname(entry),
      entryPoints: [entry],
      outdir: dirname(entry),
      format: 'esm',
      metafile: true,
      write: false,
      allowOverwrite: true,
      logLevel: 'silent',
    }),
  );
  return Object.values(built.metafile.outputs).flatMap(({ exports }) => exports);
}

function mentions(text: string, name: string): boolean {
  return text.split(/[^\w$]+/).includes(name);
}

function notExported(entry: string, name: string, exports: readonly string[] = []): Error {
  const found = exports.length === 0 ? 'no such export' : exports.join(', ');
  return packageInvalid(`Expected ${entry} to export ${name}, the handler, found ${found}.`, {
    mend: 'Export it, or say which it is: llx deploy DIR --name NAME --handler path/to/file.export',
  });
}
