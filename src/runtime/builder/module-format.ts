import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

export type ModuleFormat = 'esm' | 'cjs';

/** A statement of ESM at the start of a line or after another statement; not `import(…)` and not `import.meta`. */
const ESM_SYNTAX = /(?:^|[;}])\s*(?:import(?:\s*["'{*]|\s+\w)|export(?:\s*[{*]|\s+\w))/m;
const CJS_SYNTAX = /\bmodule\.exports\b|\bexports\s*[.[]|\brequire\s*\(/;

/**
 * The format to bundle a file in: ESM, so that top-level await works whatever package.json says, unless the file
 * is CommonJS. A wrong guess does little harm: esbuild converts both ways, and the runtime looks into `default`, too.
 * A file that cannot be read is ESM: esbuild then says what is wrong with it.
 */
export async function moduleFormat(file: string): Promise<ModuleFormat> {
  switch (extname(file)) {
    case '.cjs':
    case '.cts':
      return 'cjs';
    case '.mjs':
    case '.mts':
      return 'esm';
  }
  const text = await readText(file);
  if (text === undefined || ESM_SYNTAX.test(text) || !CJS_SYNTAX.test(text)) return 'esm';
  return (await isModulePackage(dirname(file))) ? 'esm' : 'cjs';
}

/** Whether the nearest package.json says `"type": "module"`. */
async function isModulePackage(folder: string): Promise<boolean> {
  const text = await readText(join(folder, 'package.json'));
  if (text !== undefined) return /"type"\s*:\s*"module"/.test(text);
  const parent = dirname(folder);
  return parent === folder ? false : isModulePackage(parent);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // Absent or unreadable: both callers have an answer for that.
    return undefined;
  }
}
