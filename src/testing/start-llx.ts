import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, runInThisContext } from 'node:vm';
import type { StartProject } from '../cli/offline-project/project.ts';

export type {
  FixedWorld,
  Invocation,
  InvokeOptions,
  OfflineProject as Llx,
  ProjectLogLine as LogLine,
  ProjectOptions as LlxOptions,
} from '../cli/offline-project/project.ts';
export type { ObservedCall } from '../fixtures/expect/observed.ts';

type Program = { readonly startOfflineProject: StartProject };

/** Beside this file, as it is built: everything that a project needs, loaded when the first one starts. */
const PROGRAM = pathToFileURL(join(import.meta.dirname, 'testing.js')).href;

/**
 * Starts the functions of a project in this process, beside an emulator of their own on free ports: no AWS is needed.
 * Several at once know nothing of each other. Close it, or declare it with `await using`.
 *
 * @example
 * const llx = await startLlx();
 * const { answer } = await llx.invoke('orders', { id: 7 });
 * await llx.close();
 *
 * @throws an error with a `code` of docs/errors.md, such as LLX_CONFIG_MISSING.
 */
export const startLlx: StartProject = async (options) => {
  const { startOfflineProject } = await loadProgram();
  return await startOfflineProject(options);
};

function loadProgram(): Promise<Program> {
  if (runInThisContext('Object') === Object) return import(PROGRAM);
  // Jest runs tests in a context of its own, whose loader knows no ES modules, and where an error of Node.js is no
  // `instanceof Error`. There is one way out of it: https://nodejs.org/docs/latest-v22.x/api/vm.html#constant-vmconstantsuse_main_context_default_loader
  const importThere: (url: string) => Promise<Program> = runInThisContext('(url) => import(url)', {
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return importThere(PROGRAM);
}
