import { isLlxError } from '../errors/llx-error.ts';
import { type Configuration, loadConfiguration } from './configuration.ts';
import { packagePaths } from './package-paths.ts';

/** Where fixtures are looked for: the project's own first, where there is a project, then those that ship. */
export async function fixtureDirectories(directory: string): Promise<readonly string[]> {
  const configuration = await findConfiguration(directory);
  return configuration === undefined
    ? [packagePaths.fixtures]
    : [configuration.fixtureDirectory, packagePaths.fixtures];
}

/** The project's, where there is a project. */
export async function findConfiguration(directory: string): Promise<Configuration | undefined> {
  try {
    return await loadConfiguration(directory, { llxEntry: packagePaths.entry });
  } catch (error) {
    // The fixtures that ship need no project.
    if (isLlxError(error) && error.code === 'LLX_CONFIG_MISSING') return undefined;
    throw error;
  }
}
