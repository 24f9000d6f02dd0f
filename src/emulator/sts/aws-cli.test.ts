import { execFile, spawnSync } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, ALICE, ALICE_ARN, DEPLOY_ARN, IAM, StsServer } from './sts.test-support.ts';

const present = spawnSync('aws', ['--version']).status === 0;

describe.skipIf(!present)(present ? 'the AWS CLI' : 'the AWS CLI (skipped: no aws on PATH)', () => {
  let server: StsServer;
  beforeAll(async () => {
    server = await StsServer.start(IAM);
  });
  afterAll(() => server.close());

  /** What `aws sts …` prints, with keys in its environment and nothing of this machine's configuration. */
  async function sts(args: readonly string[], keys: Record<string, string>): Promise<unknown> {
    const { stdout } = await promisify(execFile)('aws', ['sts', ...args, '--output', 'json'], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: server.url,
        ...keys,
      },
    });
    return JSON.parse(stdout);
  }

  const alice = {
    AWS_ACCESS_KEY_ID: ALICE.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ALICE.secretAccessKey,
  };

  test('is told who it is, assumes a role, and is that role', { timeout: 60_000 }, async () => {
    expect(await sts(['get-caller-identity'], alice)).toMatchObject({ Arn: ALICE_ARN, Account: ACCOUNT });
    const assumed = await sts(['assume-role', '--role-arn', DEPLOY_ARN, '--role-session-name', 'cli'], alice);
    const { Credentials } = assumed as { Credentials: Record<string, string> };
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/cli`;
    expect(assumed).toMatchObject({ AssumedRoleUser: { Arn: arn } });
    const session = {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey ?? '',
      AWS_SESSION_TOKEN: Credentials.SessionToken ?? '',
    };
    expect(await sts(['get-caller-identity'], session)).toMatchObject({ Arn: arn });
  });

  test('prints the refusal as on AWS', { timeout: 60_000 }, async () => {
    const keys = { ...alice, AWS_SECRET_ACCESS_KEY: 'another secret' };
    await expect(sts(['get-caller-identity'], keys)).rejects.toThrow(
      'An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: The request signature we calculated does not match the signature you provided.',
    );
  });
});
