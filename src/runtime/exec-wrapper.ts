import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { type Launch, NotStarted } from './launch.ts';
import { exitFailure } from './outcome.ts';
import { inOpt } from './search-paths.ts';

/**
 * Puts the program of AWS_LAMBDA_EXEC_WRAPPER in front of a runtime, as Lambda's start-up script does it; OS-only
 * runtimes have none. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
 *
 * @throws NotStarted with the exit status of that script.
 */
export async function wrapped(launch: Launch, opt: string | undefined): Promise<Launch> {
  const named = launch.environment.AWS_LAMBDA_EXEC_WRAPPER;
  if (!named) return launch;
  const wrapper = inOpt(named, opt);
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
