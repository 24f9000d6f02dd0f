/** Where the SDKs' chain most likely found credentials, for people: it does not tell itself. */
export function credentialSource(env: NodeJS.ProcessEnv, profile = env.AWS_PROFILE): string {
  // The order of the chain: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
  if (profile !== undefined) return `profile "${profile}"`;
  if (env.AWS_ACCESS_KEY_ID !== undefined) return 'environment (AWS_ACCESS_KEY_ID)';
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE !== undefined) return 'web identity (AWS_WEB_IDENTITY_TOKEN_FILE)';
  if (env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
    return 'container';
  return 'profile "default", or this machine’s role';
}
