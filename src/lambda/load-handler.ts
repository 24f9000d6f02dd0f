import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LoadedHandler, pickHandler } from './handler.ts';
import { type HandlerName, parseHandlerName } from './handler-name.ts';
import { RuntimeError } from './runtime-error.ts';

const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

/**
 * Loads a deployed package's handler as Lambda's Node runtime does: the bare name, `.js`, `.mjs`, `.cjs`, else
 * as a package name from the task root (aws-lambda-ric 4.0.2, module-loader).
 *
 * @param taskRoot absolute: what LAMBDA_TASK_ROOT says.
 * @param handler Lambda's setting: `src/orders.create`.
 * @throws RuntimeError, or what the module itself throws.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<LoadedHandler> {
  const name = parseHandlerName(handler);
  return pickHandler(await importNamed(taskRoot, name), name.exportPath, handler);
}

/** Imports the file of a handler by its absolute path, with Lambda's errors. */
export async function importHandlerFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw loadError(error);
  }
}

async function importNamed(taskRoot: string, { folder, module }: HandlerName): Promise<unknown> {
  const path = resolve(taskRoot, folder, module);
  for (const extension of EXTENSIONS) {
    if (existsSync(path + extension)) return importHandlerFile(path + extension);
  }
  try {
    const require = createRequire(join(taskRoot, 'package.json'));
    return require(require.resolve(module, { paths: [taskRoot, join(taskRoot, folder)] }));
  } catch (error) {
    throw loadError(error);
  }
}

/**
 * `ERR_MODULE_NOT_FOUND`, the code of ESM, stays as it is on AWS; so does what the module throws.
 */
function loadError(error: unknown): unknown {
  if (error instanceof SyntaxError) {
    return new RuntimeError('Runtime.UserCodeSyntaxError', String(error), {
      cause: error,
      ...(error.stack === undefined ? {} : { stack: error.stack }),
    });
  }
  if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
    return new RuntimeError('Runtime.ImportModuleError', String(error), {
      cause: error,
      stack: `Runtime.ImportModuleError: ${error.stack ?? String(error)}`,
    });
  }
  return error;
}
