import { LlxError } from '../errors/llx-error.ts';

/** By name, what both files say of each profile. */
export type AwsProfiles = ReadonlyMap<string, { readonly region?: string }>;

/** Sections of the configuration file that are no profiles, as the SDK's parser names them. */
const OTHER_SECTIONS = /^(sso-session|services)\./;

/** The profiles of AWS's configuration and credentials files. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
export async function readProfiles(env: NodeJS.ProcessEnv): Promise<AwsProfiles> {
  // Loaded here: most commands never read them.
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...(env.AWS_CONFIG_FILE === undefined ? {} : { configFilepath: env.AWS_CONFIG_FILE }),
    ...(env.AWS_SHARED_CREDENTIALS_FILE === undefined ? {} : { filepath: env.AWS_SHARED_CREDENTIALS_FILE }),
  });
  const names = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)]);
  return new Map(
    [...names]
      .filter((name) => !OTHER_SECTIONS.test(name))
      .map((name) => {
        const region = configFile[name]?.region ?? credentialsFile[name]?.region;
        return [name, region === undefined ? {} : { region }];
      }),
  );
}

/** Undefined when the profile exists. */
export function unknownProfile(profile: string, profiles: AwsProfiles): LlxError | undefined {
  if (profiles.has(profile)) return undefined;
  const names = [...profiles.keys()].sort();
  return new LlxError('LLX_CREDENTIALS_MISSING', {
    message: `Expected a profile "${profile}" in AWS’s configuration files, found ${names.length === 0 ? 'no profile at all' : `none of that name. There are: ${names.join(', ')}`}.`,
    mend:
      names.length === 0
        ? `aws configure sso --profile ${profile}`
        : `Choose one of them: --profile ${names[0]}\nOr make it: aws configure sso --profile ${profile}`,
  });
}
