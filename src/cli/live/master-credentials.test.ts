import { devNull } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { masterCredentials, USER_OF_EMULATOR } from './master-credentials.ts';

// The chain of the AWS SDK reads its process's environment: what this machine has must not show.
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', devNull);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', devNull);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => void vi.unstubAllEnvs());

test('an emulator that knows no users is called with the development key, never with the developer’s own', async () => {
  const key = { accessKeyId: 'test', secretAccessKey: 'test' };
  expect(await masterCredentials({}, { access: 'open' })()).toEqual(key);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIADEVELOPER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-developer');
  expect(await masterCredentials({}, { access: 'open' })()).toEqual(key);
});

test('keys that an emulator with users needs are those of its users; those of AWS come by signing in', async () => {
  const code = 'LLX_CREDENTIALS_MISSING';
  await expect(masterCredentials({}, { access: 'closed' })()).rejects.toMatchObject({
    code,
    mend: USER_OF_EMULATOR,
  });
  await expect(masterCredentials({}, undefined)()).rejects.toMatchObject({
    code,
    mend: expect.stringMatching(/^aws sso login/),
  });
});
