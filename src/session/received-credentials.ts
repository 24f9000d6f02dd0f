import type { OfferedCredentials } from '../protocol/message.ts';
import type { AwsCredentials } from '../signature/credentials.ts';

/** The end travels as a duration: clocks of two machines are not compared. */
export function receivedCredentials(
  { accessKeyId, secretAccessKey, sessionToken, expiresInMs }: OfferedCredentials,
  now: number = Date.now(),
): AwsCredentials {
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    ...(expiresInMs === undefined ? {} : { expiration: new Date(now + expiresInMs) }),
  };
}
