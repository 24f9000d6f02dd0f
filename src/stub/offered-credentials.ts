import type { OfferedCredentials } from '../protocol/message.ts';
import type { AwsCredentials } from '../signature/credentials.ts';

/** How credentials travel. Temporary ones only: a key without an end must not leave the function. */
export function offeredCredentials(
  credentials: AwsCredentials | undefined,
  now: number = Date.now(),
): OfferedCredentials | undefined {
  if (credentials?.sessionToken === undefined) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    ...(expiration === undefined ? {} : { expiresInMs: Math.max(0, expiration.getTime() - now) }),
  };
}
