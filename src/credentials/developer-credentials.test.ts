import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { developerCredentials } from './developer-credentials.ts';
import { redact } from './redact.ts';

let folder: string;

// The chain of the AWS SDK reads its process's environment: what this machine has must not show.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llx-developer-'));
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_CONFIG_FILE', devNull);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('the developer’s credentials', () => {
  test('are those of the environment, and are secrets from then on', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVIRONMENT');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-environment');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token-of-the-environment');
    expect(await developerCredentials()()).toEqual({
      accessKeyId: 'AKIAENVIRONMENT',
      secretAccessKey: 'secret-of-the-environment',
      sessionToken: 'token-of-the-environment',
    });
    expect(redact('secret-of-the-environment token-of-the-environment')).toBe('[secret] [secret]');
  });

  test('are those of a profile, whatever else there is', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVIRONMENT');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-environment');
    await writeFile(
      join(folder, 'credentials'),
      '[work]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret-of-the-profile\n',
    );
    const warnings = vi.spyOn(console, 'warn').mockReturnValue();
    expect(await developerCredentials({ profile: 'work', region: 'eu-west-1' })()).toEqual({
      accessKeyId: 'AKIAPROFILE',
      secretAccessKey: 'secret-of-the-profile',
    });
    warnings.mockRestore();
  });

  test('of a profile are none where there is no profile', async () => {
    await expect(developerCredentials({ profile: 'work' })()).rejects.toMatchObject({
      code: 'LLX_CREDENTIALS_MISSING',
      message: 'Expected a profile "work" in AWS’s configuration files, found no profile at all.',
    });
  });

  test('of a profile that is not among others are an error that lists them', async () => {
    await writeFile(
      join(folder, 'credentials'),
      '[private]\naws_access_key_id = A\n[default]\naws_access_key_id = A\n',
    );
    await writeFile(
      join(folder, 'config'),
      '[profile shop]\nregion = eu-west-1\n[sso-session company]\nsso_region = eu-west-1\n',
    );
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    await expect(developerCredentials({ profile: 'nope' })()).rejects.toMatchObject({
      code: 'LLX_CREDENTIALS_MISSING',
      message:
        'Expected a profile "nope" in AWS’s configuration files, found none of that name. There are: default, private, shop.',
      mend: 'Choose one of them: --profile default\nOr make it: aws configure sso --profile nope',
    });
  });

  test('that are nowhere are an error that names the profile and how to sign in', async () => {
    await writeFile(join(folder, 'config'), '[profile work]\nregion = eu-west-1\n');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    await expect(developerCredentials({ profile: 'work' })()).rejects.toMatchObject({
      code: 'LLX_CREDENTIALS_MISSING',
      message: expect.stringMatching(
        /^Expected AWS credentials of your own in the profile "work", found none: /,
      ),
      mend: 'aws sso login --profile work (or aws login, or aws configure), then: aws sts get-caller-identity --profile work\nOr do without AWS: llx dev --offline',
    });
  });

  test('of an SSO session that has ended are said to be over', async () => {
    await writeFile(
      join(folder, 'config'),
      `[profile work]
sso_session = company
sso_account_id = 123456789012
sso_role_name = Dev
[sso-session company]
sso_region = eu-west-1
sso_start_url = https://company.example/start
`,
    );
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    await expect(developerCredentials({ profile: 'work' })()).rejects.toMatchObject({
      code: 'LLX_CREDENTIALS_EXPIRED',
      mend: expect.stringMatching(/^aws sso login --profile work/),
    });
  });
});
