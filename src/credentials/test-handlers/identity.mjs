import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';

/** Who AWS says that this is. */
export const caller = async () => {
  const { Arn } = await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}));
  return Arn;
};

/** What each way of the SDK to find credentials gives to a handler. */
export const found = async ({ profiles }) => ({
  chain: await keyOrError(fromNodeProviderChain()),
  profiles: await Promise.all(profiles.map((profile) => keyOrError(fromIni({ profile })))),
});

async function keyOrError(provider) {
  try {
    const { accessKeyId, expiration } = await provider();
    return { accessKeyId, expires: expiration instanceof Date };
  } catch (error) {
    return error.name;
  }
}

/** Credentials asked for with what this worker has: its own, or those of another. */
export const askFor = async ({ url = process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI }) => {
  const authorization = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const response = await fetch(url, { headers: { authorization } });
  return response.status;
};

export const environment = async () => process.env;
