import { type DeveloperOptions, developerCredentials } from '../../credentials/developer-credentials.ts';
import type { EmulatorState } from '../../emulator/http/state-route.ts';
import { isLlxError, LlxError } from '../../errors/llx-error.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';

/** Who calls an emulator that knows no users: the developer's own keys have no business there. */
export const DEVELOPMENT_CREDENTIALS: CredentialProvider = async () => DEVELOPMENT_KEY;

/** What mends keys that an emulator with users did not get, or does not know. */
export const USER_OF_EMULATOR =
  'Use keys that `llx keys create` made at the emulator, or those of a user under `iam.users` of its llx.config.ts: export AWS_ACCESS_KEY_ID=ID AWS_SECRET_ACCESS_KEY=SECRET';

/**
 * Who calls AWS for the developer, or the emulator that plays it. Rejects with LLX_CREDENTIALS_MISSING or
 * LLX_CREDENTIALS_EXPIRED.
 *
 * @param emulator undefined: AWS
 */
export function masterCredentials(
  options: DeveloperOptions,
  emulator: Pick<EmulatorState, 'access'> | undefined,
): CredentialProvider {
  if (emulator?.access === 'open') return DEVELOPMENT_CREDENTIALS;
  const own = developerCredentials(options);
  if (emulator === undefined) return own;
  return async () => {
    try {
      return await own();
    } catch (error) {
      // No sign-in at AWS gives keys that an emulator knows.
      if (!isLlxError(error) || !error.code.startsWith('LLX_CREDENTIALS_')) throw error;
      throw new LlxError(error.code, {
        message: error.message,
        mend: USER_OF_EMULATOR,
        cause: error.cause,
      });
    }
  };
}
