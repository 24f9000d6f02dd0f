import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { FunctionSpec } from './invocation.ts';
import { type Launch, NotStarted } from './launch.ts';
import { exitFailure } from './outcome.ts';
import type { LoadRequest } from './runtime-process.ts';
import { inOpt, inTask } from './search-paths.ts';

/**
 * The program that a function's runtime is started by. Source code is run without the one of a layer, which is not on
 * this machine: an app that is traced in AWS sets it in the function's own variables.
 */
export function execWrapper({ environment, code, layers = [] }: FunctionSpec): string | undefined {
  const named = environment.AWS_LAMBDA_EXEC_WRAPPER;
  if (!named) return undefined;
  return code === 'source' && layers.length === 0 && named.startsWith('/opt/') ? undefined : named;
}

/**
 * Puts that program in front of a runtime, as Lambda's start-up script does it; OS-only runtimes have none.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
 *
 * @throws NotStarted with the exit status of that script.
 */
export async function wrapped(launch: Launch, { spec, code: { opt } }: LoadRequest): Promise<Launch> {
  const named = execWrapper(spec);
  if (named === undefined) return launch;
  const wrapper = inTask(inOpt(named, opt), spec.root);
  const isFile = await stat(wrapper).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw refused(127, `${named}: does not exist`);
  try {
    await access(wrapper, constants.X_OK);
  } catch {
    throw refused(126, `${named}: is not an executable`);
  }
  return { ...launch, file: wrapper, args: [launch.file, ...launch.args] };
}

function refused(code: number, text: string): NotStarted {
  return new NotStarted(exitFailure({ code, signal: null }), `${text}\n`);
}
