import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, parse, relative, sep } from 'node:path';
import { RUNNABLE_RUNTIMES } from '../../../emulator/lambda/functions/runtimes.ts';
import { resolveEntry } from '../../../runtime/builder/entry.ts';
import { runtimeFamily, runtimeUnsupported } from '../../../runtime/runtime-family.ts';
import { pythonEntry } from '../../../runtime/source/source-entry.ts';
import { packageInvalid } from './package-invalid.ts';
import { pythonRuntime } from './python-runtime.ts';

/** What a folder is, as a function: how its package is made, and what runs it. */
export type DetectedFunction =
  | {
      readonly type: 'folder';
      readonly runtime: string;
      readonly handler: string;
      /** Of Node.js: whether the handler is exported can be seen there. */
      readonly exported?: { readonly entry: string; readonly name: string };
    }
  /** The handler's export is known when it is built, unless the user said it. */
  | {
      readonly type: 'bundle';
      readonly runtime: string;
      readonly entry: string;
      readonly exportName: string | undefined;
    };

export type FunctionFlags = {
  readonly runtime?: string;
  /** Of the function as it is deployed: kept where nobody said another one, and it can run the folder. */
  readonly deployedRuntime?: string;
  readonly handler?: string;
  /** `false`: the folder goes into the package as it is. */
  readonly bundle?: boolean;
};

const NODE_RUNTIME = 'nodejs24.x';
const STEMS = ['index', 'handler', 'lambda', 'app', 'main'];
const SOURCES = ['.ts', '.mts', '.cts', '.tsx', '.mjs', '.cjs', '.js', '.jsx'];
/** What Node.js itself runs, and so a package that is not bundled. */
const PLAIN = ['.mjs', '.cjs', '.js'];
const PYTHON_STEMS = ['lambda_function', ...STEMS];
const PYTHON_HANDLERS = ['lambda_handler', 'handler'];

/**
 * Looks at a folder: a `bootstrap` is a program of its own, `*.py` is Python, everything else Node.js, of which
 * TypeScript and what has a package.json are bundled.
 *
 * @param directory absolute
 * @throws LlxError LLX_PACKAGE_INVALID where it is none of them, LLX_HANDLER_FILE where the handler is not there
 */
export async function detectFunction(directory: string, flags: FunctionFlags): Promise<DetectedFunction> {
  const names = await namesIn(directory);
  const guessed = guessFamily(names, flags.handler);
  const runtime = flags.runtime ?? keptRuntime(flags.deployedRuntime, guessed);
  const family = runtime === undefined ? guessed : runtimeFamily(runtime);
  if (family === undefined) throw packageInvalid(`${runtimeUnsupported(runtime ?? '')}.`);
  switch (family) {
    case 'provided':
      if (!names.includes('bootstrap')) {
        throw packageInvalid(
          `Expected a program named bootstrap in ${directory}, which ${runtime} starts, found none.`,
        );
      }
      return { type: 'folder', runtime: runtime ?? 'provided.al2023', handler: flags.handler ?? 'bootstrap' };
    case 'python': {
      const handler = flags.handler ?? (await pythonHandler(directory, names));
      pythonEntry({ name: basename(directory), handler, root: directory });
      return { type: 'folder', runtime: runtime ?? (await pythonRuntime(RUNNABLE_RUNTIMES)), handler };
    }
    case 'nodejs':
      return nodeFunction(directory, names, { ...flags, runtime: runtime ?? NODE_RUNTIME });
  }
}

function keptRuntime(
  deployed: string | undefined,
  guessed: ReturnType<typeof guessFamily>,
): string | undefined {
  return deployed !== undefined && runtimeFamily(deployed) === guessed ? deployed : undefined;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    // A folder named bootstrap is no program.
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    throw packageInvalid(`Expected a folder ${directory}, found none that can be read.`, { cause });
  }
}

function guessFamily(
  names: readonly string[],
  handler: string | undefined,
): 'provided' | 'python' | 'nodejs' {
  if (names.includes('bootstrap')) return 'provided';
  if (names.includes('package.json')) return 'nodejs';
  const wanted = handler === undefined ? undefined : parse(handler).name.split('.')[0];
  const isPython = (name: string) =>
    name.endsWith('.py') && (wanted === undefined || name === `${wanted}.py`);
  return names.some(isPython) ? 'python' : 'nodejs';
}

function nodeFunction(
  directory: string,
  names: readonly string[],
  { runtime, handler, bundle }: FunctionFlags & { readonly runtime: string },
): DetectedFunction {
  const found = handler === undefined ? nodeEntry(directory, bundle) : handlerEntry(directory, handler);
  const { entry, exportName } = found;
  const isPlain = PLAIN.includes(parse(entry).ext);
  if (bundle ?? (!isPlain || names.includes('package.json'))) return { type: 'bundle', runtime, ...found };
  if (isPlain) {
    const name = exportName ?? 'handler';
    const exported = { entry, name };
    return { type: 'folder', runtime, handler: handlerOf(directory, entry, name), exported };
  }
  throw packageInvalid(`Expected JavaScript, which Node.js runs as it is, found ${entry}.`, {
    mend: 'Deploy it without --no-bundle.',
  });
}

type NodeEntry = { readonly entry: string; readonly exportName: string | undefined };

function nodeEntry(directory: string, bundle: boolean | undefined): NodeEntry {
  const extensions = bundle === false ? PLAIN : SOURCES;
  const stems = [...STEMS, ...STEMS.map((stem) => join('src', stem))];
  const candidates = stems.flatMap((stem) =>
    extensions.map((extension) => join(directory, stem + extension)),
  );
  const entry = candidates.find((file) => existsSync(file));
  if (entry !== undefined) return { entry, exportName: undefined };
  throw packageInvalid(
    `Expected a function in ${directory}: a program bootstrap, a lambda_function.py, or one of ${STEMS.join(', ')} (also in src) with ${extensions.join(' ')}; found none.`,
    { mend: 'Say where it is: llx deploy DIR --name NAME --handler path/to/file.export' },
  );
}

/** Rejects as the runtime does, with LLX_HANDLER_FILE. */
function handlerEntry(root: string, handler: string): NodeEntry {
  const { file, exportPath } = resolveEntry({ name: basename(root), handler, root, code: 'source' });
  return { entry: file, exportName: exportPath };
}

/**
 * What Lambda's `Handler` is for an export of a file. Its first dot ends the file's name, so the bundle of `my.orders.ts`
 * is `my-orders.mjs`.
 */
export function handlerOf(directory: string, file: string, exportName: string): string {
  const { dir } = parse(relative(directory, file));
  return `${join(dir, handlerStem(file)).split(sep).join('/')}.${exportName}`;
}

export function handlerStem(file: string): string {
  return parse(file).name.replaceAll('.', '-');
}

async function pythonHandler(directory: string, names: readonly string[]): Promise<string> {
  const own = names.filter((name) => name.endsWith('.py')).map((name) => parse(name).name);
  const known = PYTHON_STEMS.filter((stem) => own.includes(stem));
  // A folder with one module needs no convention.
  for (const stem of known.length > 0 ? known : own.length === 1 ? own : []) {
    const text = (await readFile(join(directory, `${stem}.py`), 'utf8')).replace(/^\uFEFF/, '');
    const defined = PYTHON_HANDLERS.find((name) =>
      new RegExp(`^(?:def ${name}\\(|${name}\\s*=)`, 'm').test(text),
    );
    if (defined !== undefined) return `${stem}.${defined}`;
  }
  throw packageInvalid(
    `Expected one of ${PYTHON_STEMS.join(', ')}.py in ${directory} to define ${PYTHON_HANDLERS.join(' or ')}, found none.`,
    { mend: 'Say which it is: llx deploy DIR --name NAME --handler module.function' },
  );
}
