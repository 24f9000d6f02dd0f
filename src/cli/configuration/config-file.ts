import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LlxError } from '../../errors/llx-error.ts';
import { parseJson } from '../../fixtures/json-text.ts';

const NAMES = ['llx.config.ts', 'llx.config.mts', 'llx.config.js', 'llx.config.mjs', 'llx.config.json'];

/** The first configuration in a folder or above it, absolute. In one folder TypeScript goes first. */
export function findConfigFile(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (file !== undefined || folder === dirname(folder)) return file;
  }
}

/**
 * What a configuration exports, unchecked. TypeScript is run by Node.js itself, without its types.
 *
 * @param llxEntry absolute: what `import … from 'llx'` means where the project has no copy of its own.
 * @throws LlxError LLX_CONFIG_INVALID with the place, when it cannot be read, parsed or run.
 */
export async function readConfigFile(file: string, llxEntry: string): Promise<unknown> {
  return file.endsWith('.json') ? readJson(file) : importDefault(file, llxEntry);
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, file, cause);
  });
  const outcome = parseJson(text);
  if (outcome.status === 'parsed') return outcome.value;
  const { line, column, reason } = outcome.fault;
  throw new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected JSON in ${file}, found at ${file}:${line}:${column}: ${reason}.`,
    mend: 'Mend that line, or use llx.config.ts, which may hold comments and trailing commas.',
  });
}

async function importDefault(file: string, llxEntry: string): Promise<unknown> {
  const hooks = module.registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (specifier !== 'llx') throw error;
        return { url: pathToFileURL(llxEntry).href, shortCircuit: true };
      }
    },
  });
  const warnings = silenceTypeStripping();
  try {
    const exports: unknown = await import(pathToFileURL(file).href);
    if (typeof exports === 'object' && exports !== null && 'default' in exports) return exports.default;
  } catch (cause) {
    throw unreadable(file, placeIn(file, cause), cause);
  } finally {
    warnings.restore();
    hooks.deregister();
  }
  throw new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected a default export in ${file}, found none.`,
    mend: 'export default { functions: { … } }',
  });
}

function unreadable(file: string, place: string, cause: unknown): LlxError {
  return new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected ${file} to load, found an error at ${place}.`,
    mend: /\.m?ts$/.test(file)
      ? 'Mend it there. Node.js runs TypeScript by leaving its types out: enums and namespaces are not possible.'
      : 'Mend it there.',
    cause,
  });
}

/** `file:line` or `file:line:column`, where the error's stack knows it, else the file. */
function placeIn(file: string, error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return file;
  for (const path of [pathToFileURL(file).href, file]) {
    const at = error.stack.indexOf(`${path}:`);
    const numbers = at === -1 ? undefined : /^:\d+(?::\d+)?/.exec(error.stack.slice(at + path.length))?.[0];
    if (numbers !== undefined) return file + numbers;
  }
  return file;
}

/**
 * Node.js 22 warns of type stripping, and every version of a `.ts` file whose package.json has no `type`: both are
 * llx's choice, not something that the developer did.
 */
function silenceTypeStripping(): { restore(): void } {
  const emitWarning = process.emitWarning;
  const silent = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (/Type Stripping is an experimental feature|^Module type of file/.test(text)) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  process.emitWarning = silent;
  return {
    restore() {
      // Someone else may have put theirs on top meanwhile.
      if (process.emitWarning === silent) process.emitWarning = emitWarning;
    },
  };
}
