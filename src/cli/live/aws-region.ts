import { readProfiles, unknownProfile } from '../../credentials/aws-profiles.ts';
import { LlxError } from '../../errors/llx-error.ts';

export type RegionSources = {
  /** Of a flag. */
  readonly region?: string;
  /** Of `llx.config.ts`. */
  readonly configuredRegion?: string;
  readonly profile?: string;
  readonly env: NodeJS.ProcessEnv;
};

/**
 * The region, from where the AWS CLI and the SDKs find it, in their order: flag, AWS_REGION, AWS_DEFAULT_REGION, the
 * profile in the configuration files; then llx's own configuration. Rejects with LLX_REGION_MISSING,
 * and with LLX_CREDENTIALS_MISSING for a profile that does not exist.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
 */
export async function resolveRegion({
  region,
  configuredRegion,
  profile,
  env,
}: RegionSources): Promise<string> {
  const named = region || env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (named) return named;
  const chosen = profile || env.AWS_PROFILE;
  const profileName = chosen || 'default';
  const profiles = await readProfiles(env);
  const found = profiles.get(profileName)?.region || configuredRegion;
  if (found) return found;
  const unknown = chosen ? unknownProfile(chosen, profiles) : undefined;
  if (unknown !== undefined) throw unknown;
  throw new LlxError('LLX_REGION_MISSING', {
    message: `Expected a region in --region, AWS_REGION, AWS_DEFAULT_REGION, the profile "${profileName}" or llx.config.ts, found none.`,
    mend: `aws configure set region us-east-1 --profile ${profileName}\nOr for this shell: export AWS_REGION=us-east-1\nOr do without AWS: llx dev --offline`,
  });
}
