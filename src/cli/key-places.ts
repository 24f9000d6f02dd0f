import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Absolute: what `--master-key` named, else LLX_MASTER_KEY_FILE, else a file of this user's configuration. Never in the
 * state: a copy of one alone opens nothing.
 */
export function masterKeyFile(
  named: string | undefined,
  { LLX_MASTER_KEY_FILE, XDG_CONFIG_HOME }: NodeJS.ProcessEnv = process.env,
): string {
  const file = named ?? LLX_MASTER_KEY_FILE;
  if (file !== undefined && file !== '') return resolve(file);
  return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'llx', 'master.key');
}
