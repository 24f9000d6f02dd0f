import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterEach, describe, expect, test } from 'vitest';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { createApiServer } from '../http/api-server.ts';
import { signedFetch } from '../http/signed-fetch.test-support.ts';
import { Identities } from '../identity/identities.ts';
import { ACCOUNT, ALICE, ALICE_ARN, DEPLOY_ARN, IAM, StsServer } from './sts.test-support.ts';
import { addStsRoute } from './sts-route.ts';

let server: StsServer | undefined;

async function start(iam = IAM): Promise<StsServer> {
  server = await StsServer.start(iam);
  return server;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** What an SDK makes of a refusal. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
  return [$metadata.httpStatusCode, name, message];
}

/** A call as a form, of the account's root. */
async function post(form: Record<string, string>, headers: Record<string, string> = {}): Promise<string> {
  const url = (await start({})).url;
  const response = await signedFetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
    service: 'sts',
  });
  const text = (await response.text()).replace(/[0-9a-f-]{36}/, 'ID');
  return `${response.status} ${response.headers.get('content-type')} ${text}`;
}

describe('AWS’s own client', () => {
  test('is told who it is', async () => {
    const answer = await (await start()).client(ALICE).send(new GetCallerIdentityCommand());
    expect([answer.Arn, answer.Account, answer.UserId]).toEqual([
      ALICE_ARN,
      ACCOUNT,
      expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    ]);
  });

  test('assumes a role, whose keys are then its own', async () => {
    const sts = await start();
    const before = Date.now();
    const { AssumedRoleUser, Credentials } = await sts
      .client(ALICE)
      .send(new AssumeRoleCommand({ RoleArn: DEPLOY_ARN, RoleSessionName: 'me@home', DurationSeconds: 900 }));
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/me@home`;
    expect(AssumedRoleUser).toEqual({
      Arn: arn,
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:me@home$/),
    });
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(Credentials?.Expiration?.getTime()).toBeGreaterThanOrEqual(
      Math.floor(before / 1000) * 1000 + 900_000,
    );
    const session = sts.client({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    const identity = await session.send(new GetCallerIdentityCommand());
    expect([identity.Arn, identity.UserId]).toEqual([arn, AssumedRoleUser?.AssumedRoleId]);
    expect(await refusal(session.send(new GetSessionTokenCommand()))).toEqual([
      403,
      'AccessDenied',
      'Cannot call GetSessionToken with session credentials',
    ]);
  });

  test('gets temporary keys of its own user', async () => {
    const sts = await start();
    const { Credentials } = await sts
      .client(ALICE)
      .send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const session = sts.client({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    expect((await session.send(new GetCallerIdentityCommand())).Arn).toBe(ALICE_ARN);
    const role = new AssumeRoleCommand({ RoleArn: DEPLOY_ARN, RoleSessionName: 'of-a-session' });
    expect((await session.send(role)).AssumedRoleUser?.Arn).toContain('deploy/of-a-session');
    // Else they would never end.
    expect(await refusal(session.send(new GetSessionTokenCommand()))).toEqual([
      403,
      'AccessDenied',
      'Cannot call GetSessionToken with session credentials',
    ]);
  });

  test.each<[string, AwsCredentials, readonly unknown[]]>([
    [
      'another secret',
      { ...ALICE, secretAccessKey: 'another' },
      [
        403,
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      ],
    ],
    [
      'keys of nobody',
      { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'any' },
      [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ],
  ])('is refused with %s', async (_what, credentials, expected) => {
    const client = (await start()).client(credentials);
    expect(await refusal(client.send(new GetCallerIdentityCommand()))).toEqual(expected);
  });

  test.each<[Partial<AssumeRoleCommand['input']>, readonly unknown[]]>([
    [
      { RoleArn: `${DEPLOY_ARN}ment` },
      [
        403,
        'AccessDenied',
        `User: ${ALICE_ARN} is not authorized to perform: sts:AssumeRole on resource: ${DEPLOY_ARN}ment`,
      ],
    ],
    [
      { DurationSeconds: 899, RoleSessionName: '<&>' },
      [
        400,
        'ValidationError',
        "2 validation errors detected: Value '<&>' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      ],
    ],
    [
      { DurationSeconds: 43_201, ExternalId: 'e' },
      [
        400,
        'ValidationError',
        "2 validation errors detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200; Value 'e' at 'externalId' failed to satisfy constraint: Member must have length greater than or equal to 2",
      ],
    ],
    [
      { DurationSeconds: 3601 },
      [
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      ],
    ],
    [{ RoleArn: ALICE_ARN }, [400, 'ValidationError', `${ALICE_ARN} is invalid`]],
    [
      { Policy: '{' },
      [400, 'MalformedPolicyDocumentException', 'The policy is not in the valid JSON format.'],
    ],
    [
      { Policy: '{"Statement":[]}' },
      [
        400,
        'MalformedPolicyDocumentException',
        'Syntax errors in policy. .Statement: expected at least one statement.',
      ],
    ],
    [
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      [
        501,
        'NotImplementedException',
        "llx's emulator does not implement PolicyArns.member.1.arn of AssumeRole",
      ],
    ],
  ])('is refused to assume a role with %j', async (changed, expected) => {
    const client = (await start()).client(ALICE);
    const input = { RoleArn: DEPLOY_ARN, RoleSessionName: 'me', ...changed };
    expect(await refusal(client.send(new AssumeRoleCommand(input)))).toEqual(expected);
  });

  test('narrows a session by a policy', async () => {
    const sts = await start();
    const Policy = JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } });
    const input = { RoleArn: DEPLOY_ARN, RoleSessionName: 'me', Policy };
    const answer = await sts.client(ALICE).send(new AssumeRoleCommand(input));
    expect(answer.PackedPolicySize).toBe(4);
    const session = sts.client({
      accessKeyId: answer.Credentials?.AccessKeyId ?? '',
      secretAccessKey: answer.Credentials?.SecretAccessKey ?? '',
      sessionToken: answer.Credentials?.SessionToken ?? '',
    });
    expect(await refusal(session.send(new AssumeRoleCommand({ ...input, Policy: undefined })))).toEqual([
      403,
      'AccessDenied',
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/deploy/me is not authorized to perform: sts:AssumeRole on resource: ${DEPLOY_ARN}`,
    ]);
  });
});

test('AWS’s provider of temporary credentials assumes a role by itself', async () => {
  const sts = await start();
  const provider = fromTemporaryCredentials({
    masterCredentials: ALICE,
    params: { RoleArn: DEPLOY_ARN, RoleSessionName: 'provider' },
    clientConfig: { endpoint: sts.url, region: 'us-east-1' },
  });
  const identity = await sts.client(await provider()).send(new GetCallerIdentityCommand());
  expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/provider`);
});

describe('on the wire', () => {
  const VERSION = '2011-06-15';

  test('an answer has the elements of AWS, and escapes what it repeats', async () => {
    expect(await post({ Action: 'GetCallerIdentity', Version: VERSION })).toBe(
      `200 text/xml <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:root</Arn><UserId>${ACCOUNT}</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });

  test('a call may stand in the URL', async () => {
    const url = (await start({})).url;
    const response = await signedFetch(`${url}/?Action=GetCallerIdentity&Version=${VERSION}`, {
      service: 'sts',
    });
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining(`<Arn>arn:aws:iam::${ACCOUNT}:root</Arn>`),
    ]);
  });

  test.each([
    [
      { Action: 'Get<All>', Version: VERSION },
      '400 text/xml <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation Get&lt;All&gt; for version 2011-06-15</Message></Error><RequestId>ID</RequestId></ErrorResponse>',
    ],
    [
      { Action: 'AssumeRole', Version: VERSION },
      `400 text/xml <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null</Message></Error><RequestId>ID</RequestId></ErrorResponse>`,
    ],
    [
      { Action: 'ListUsers', Version: '2010-05-08' },
      `501 text/xml <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Receiver</Type><Code>NotImplementedException</Code><Message>llx's emulator does not implement ListUsers of version 2010-05-08</Message></Error><RequestId>ID</RequestId></ErrorResponse>`,
    ],
  ])('%j is answered with an error', async (form, answer) => {
    expect(await post(form)).toBe(answer);
  });

  test('a form that is too large is refused', async () => {
    expect(await post({ Action: 'AssumeRole', Version: VERSION, Policy: 'x'.repeat(70_000) })).toMatch(
      /^413 application\/json.*"Request must be smaller than 65536 bytes"/,
    );
  });

  test.each([
    [{ 'x-amz-target': 'AmazonSQS.SendMessage' }, 'AmazonSQS.SendMessage'],
    [{ 'content-type': 'application/json' }, 'POST /'],
  ])('an operation of another service is named: %j', async (headers, operation) => {
    const url = (await start({})).url;
    const response = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect([response.status, await response.json()]).toEqual([
      501,
      { Type: 'User', Message: `llx's emulator does not implement ${operation}` },
    ]);
  });
});

test('a form for another API is left to whoever answers it', async () => {
  const api = createApiServer({ host: '127.0.0.1', port: 0 });
  const identities = new Identities({ account: ACCOUNT, region: 'us-east-1', functions: [] });
  addStsRoute(api.app, identities, async (_request, reply) => await reply.send('another'), ['2010-08-01']);
  const { url } = await api.listen();
  const body = new URLSearchParams({ Action: 'ListMetrics', Version: '2010-08-01' });
  const answer = await fetch(url, { method: 'POST', body });
  await api.close();
  expect([answer.status, await answer.text()]).toEqual([200, 'another']);
});
