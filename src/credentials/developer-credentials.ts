import { LlxError } from '../errors/llx-error.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { readProfiles, unknownProfile } from './aws-profiles.ts';
import { keepCredentialsSecret } from './redact.ts';

export type DeveloperOptions = {
  /** @default AWS_PROFILE, else what the SDKs' chain finds */
  readonly profile?: string;
  /** Of the calls that a profile may need itself, to SSO or STS. */
  readonly region?: string;
};

/**
 * The developer's own credentials, found as the AWS CLI finds them: environment, SSO, `aws login`, profiles, processes,
 * container, instance. The chain remembers them and refreshes them before their end; it is loaded by the first call.
 * Rejects with LLX_CREDENTIALS_MISSING or LLX_CREDENTIALS_EXPIRED.
 */
export function developerCredentials({ profile, region }: DeveloperOptions = {}): CredentialProvider {
  let loading: Promise<CredentialProvider> | undefined;
  const load = async (): Promise<CredentialProvider> => {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const chain = fromNodeProviderChain({
      ...(profile === undefined ? {} : { profile }),
      ...(region === undefined ? {} : { clientConfig: { region } }),
    });
    return async () => ownType(await chain());
  };
  return async () => {
    loading ??= load();
    const chain = await loading;
    try {
      const credentials = await chain();
      keepCredentialsSecret(credentials);
      return credentials;
    } catch (error) {
      throw await unavailable(error, profile ?? process.env.AWS_PROFILE);
    }
  };
}

type SdkCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
};

function ownType({ accessKeyId, secretAccessKey, sessionToken, expiration }: SdkCredentials): AwsCredentials {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

async function unavailable(error: unknown, profile: string | undefined): Promise<unknown> {
  // Whatever else it is, a failed call or a refusal of AWS, is explained where calls are.
  if (!(error instanceof Error) || !/^(CredentialsProvider|TokenProvider)Error$/.test(error.name))
    return error;
  const unknown =
    profile === undefined ? undefined : unknownProfile(profile, await readProfiles(process.env));
  if (unknown !== undefined) return unknown;
  const option = profile === undefined ? '' : ` --profile ${profile}`;
  const where = profile === undefined ? '' : ` in the profile "${profile}"`;
  const expired = /expired|refresh/i.test(error.message);
  return new LlxError(expired ? 'LLX_CREDENTIALS_EXPIRED' : 'LLX_CREDENTIALS_MISSING', {
    message: `Expected AWS credentials of your own${where}, found ${expired ? 'ones whose time is over' : 'none'}: ${error.message}`,
    mend: `aws sso login${option} (or aws login, or aws configure), then: aws sts get-caller-identity${option}\nOr do without AWS: llx dev --offline`,
    cause: error,
  });
}
