import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import type { AssumeRole } from './assume-role.ts';

export type StsOptions = {
  /** Whoever assumes the role. */
  readonly master: CredentialProvider;
  readonly region: string;
  /** Of an emulator. @default AWS */
  readonly endpoint?: string;
  /** Knows proxies and time limits. @default the SDK's own */
  readonly requestHandler?: NonNullable<STSClientConfig['requestHandler']>;
};

/** `AssumeRole` over the AWS SDK, which is loaded by the first call. */
export function stsAssumeRole({ master, ...settings }: StsOptions): AssumeRole {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
    return { AssumeRoleCommand, client: new STSClient({ ...settings, credentials: master }) };
  };
  return async (request, abortSignal) => {
    loading ??= load();
    const { AssumeRoleCommand, client } = await loading;
    const { Credentials } = await client.send(new AssumeRoleCommand(request), { abortSignal });
    return toCredentials(Credentials);
  };
}

type StsCredentials = {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
};

function toCredentials(given: StsCredentials | undefined): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new TypeError('expected the credentials of a role in the answer of AssumeRole, found some missing');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
