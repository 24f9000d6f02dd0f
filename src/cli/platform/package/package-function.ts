import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFamily } from '../../../runtime/runtime-family.ts';
import { bundleFunction } from './bundle-function.ts';
import { type DetectedFunction, detectFunction, type FunctionFlags, handlerOf } from './detect-function.ts';
import { checkHandlerExport, readHandlerModule } from './handler-export.ts';
import { includedFiles, type PackageFile, packageFiles } from './package-files.ts';
import { packageInvalid } from './package-invalid.ts';
import { packageZip } from './package-zip.ts';

export type PackageFlags = FunctionFlags & {
  /** Files and folders that belong to it beside what is found. */
  readonly include?: readonly string[];
  readonly external?: readonly string[];
};

export type FunctionPackage = {
  readonly runtime: string;
  readonly handler: string;
  readonly zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda shows it. */
  readonly sha256: string;
  readonly files: number;
  /** What the developer should know of it, each a sentence. */
  readonly notices: readonly string[];
};

type Content = {
  readonly handler: string;
  readonly files: readonly PackageFile[];
  /** What is doubtful of the handler. */
  readonly doubt: string | undefined;
};

/**
 * A folder as a package for Lambda; the same folder gives the same bytes. Rejects with LLX_PACKAGE_INVALID,
 * LLX_HANDLER_FILE or LLX_BUILD_FAILED.
 *
 * @param directory absolute
 */
export async function packageFunction(directory: string, flags: PackageFlags): Promise<FunctionPackage> {
  const detected = await detectFunction(directory, flags);
  const { handler, files, doubt } = await contentOf(directory, detected, flags);
  const zip = await packageZip(files);
  return {
    runtime: detected.runtime,
    handler,
    zip,
    sha256: createHash('sha256').update(zip).digest('base64'),
    files: files.length,
    notices: [...(doubt === undefined ? [] : [doubt]), ...noticesOf(directory, detected, files)],
  };
}

async function contentOf(
  directory: string,
  detected: DetectedFunction,
  { include = [], external = [] }: PackageFlags,
): Promise<Content> {
  if (detected.type === 'folder') {
    const { handler, exported } = detected;
    const module = exported === undefined ? undefined : await readHandlerModule(exported.entry);
    const doubt = module && exported && checkHandlerExport(module, exported.name);
    return { handler, files: await packageFiles(directory, include), doubt };
  }
  const { entry, runtime, exportName } = detected;
  const bundle = await bundleFunction({ directory, entry, runtime, external });
  const chosen = exportName ?? exportOf(bundle.module.exports ?? [], entry);
  const doubt = checkHandlerExport(bundle.module, chosen);
  const included = await includedFiles(directory, include);
  const paths = new Set(bundle.files.map(({ path }) => path));
  const files = [...bundle.files, ...included.filter(({ path }) => !paths.has(path))];
  return {
    handler: handlerOf(directory, entry, chosen),
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    doubt,
  };
}

/** Of CommonJS nothing is known: it has to be `handler`. So has it of ESM that exports nothing, which is told then. */
function exportOf(exports: readonly string[], entry: string): string {
  const only = exports.length === 1 ? exports[0] : undefined;
  const chosen =
    exports.length === 0 ? 'handler' : ['handler', 'default'].find((name) => exports.includes(name));
  const name = chosen ?? only;
  if (name !== undefined) return name;
  throw packageInvalid(`Expected ${entry} to export a handler, found ${exports.join(', ')}.`, {
    mend: 'Say which it is: llx deploy DIR --name NAME --handler path/to/file.export',
  });
}

function noticesOf(
  directory: string,
  { runtime }: DetectedFunction,
  files: readonly PackageFile[],
): readonly string[] {
  const program = files.find(({ path }) => path === 'bootstrap');
  if (runtimeFamily(runtime) === 'provided' && program !== undefined && hasWindowsInterpreter(program)) {
    return [
      'bootstrap has the line ends of Windows, so Linux does not find its interpreter: save it with LF.',
    ];
  }
  if (runtimeFamily(runtime) !== 'python' || !existsSync(join(directory, 'requirements.txt'))) return [];
  // What pip installs with --target leaves such a folder for each package.
  if (files.some(({ path }) => /^[^/]+\.dist-info\//.test(path))) return [];
  const install = `python3 -m pip install --requirement ${join(directory, 'requirements.txt')} --target ${directory}`;
  return [`requirements.txt is not installed in the folder, so its packages are not deployed: ${install}`];
}

/** `#!/bin/sh\r` is the program that Linux would start. */
function hasWindowsInterpreter({ content }: PackageFile): boolean {
  const [first = ''] = Buffer.from(content.subarray(0, 256)).toString('latin1').split('\n', 1);
  return first.startsWith('#!') && first.endsWith('\r');
}
