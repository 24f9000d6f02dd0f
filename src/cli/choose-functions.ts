import { LlxError } from '../errors/llx-error.ts';
import type { Configuration } from './configuration.ts';
import { matchesGlobs } from './flags.ts';

/**
 * The functions whose name or construct path a pattern fits; all where there are none.
 *
 * @throws LlxError LLX_FUNCTION_UNKNOWN where no function fits.
 */
export function chooseFunctions(
  { functions, file }: Configuration,
  only: readonly string[] | undefined,
): Configuration['functions'] {
  if (only === undefined) return functions;
  const chosen = functions.filter(
    ({ name, deployment }) =>
      matchesGlobs(name, only) || (deployment !== undefined && matchesGlobs(deployment.path, only)),
  );
  if (chosen.length > 0) return chosen;
  throw new LlxError('LLX_FUNCTION_UNKNOWN', {
    message: `Expected ${only.join(' ')} to fit a function of ${file}, found none that it fits. There are: ${functions.map(({ name }) => name).join(', ')}.`,
    mend: `Name one of them, or a pattern: --only '${functions[0]?.name ?? '*'}'`,
  });
}
