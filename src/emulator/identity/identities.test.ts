import { describe, expect, test } from 'vitest';
import type { AwsCredentials } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import { signRequest } from '../../signature/sign-request.ts';
import type { RequestToVerify } from './authenticator.ts';
import type { IamConfig } from './iam-config.ts';
import { Identities } from './identities.ts';
import type { PolicyDocument } from './policy-document.ts';

const ACCOUNT = '123456789012';
const ALICE = { accessKeyId: 'AKIAALICE00000000000', secretAccessKey: 'the secret of alice' };
const NOW = new Date('2026-11-21T09:30:00Z');

const allow = (Action: string, Resource = '*'): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});

const users = {
  alice: {
    accessKeys: [{ id: ALICE.accessKeyId, secret: ALICE.secretAccessKey }],
    policies: [allow('lambda:*'), allow('sts:AssumeRole')],
  },
} satisfies IamConfig['users'];

class World {
  now = NOW;
  readonly identities: Identities;

  constructor(iam?: IamConfig) {
    this.identities = new Identities({
      account: ACCOUNT,
      region: 'us-east-1',
      iam,
      functions: [{ name: 'orders' }, { name: 'x', role: `arn:aws:iam::${ACCOUNT}:role/path/narrow` }],
      now: () => this.now,
    });
  }

  /** A signed Invoke, changed after it was signed. */
  request(
    credentials: AwsCredentials,
    changed: Partial<RequestToVerify> = {},
    service = 'lambda',
  ): RequestToVerify {
    const path = '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations?Qualifier=%24LATEST';
    const body = Buffer.from('{"n":1}');
    const headers = signRequest({
      method: 'POST',
      url: `http://127.0.0.1:4566${path}`,
      headers: { 'content-type': 'application/json' },
      body,
      service,
      region: 'us-east-1',
      credentials,
      now: NOW,
    });
    return {
      method: 'POST',
      path,
      headers: { host: '127.0.0.1:4566', 'content-type': 'application/json', ...headers },
      body,
      service: 'lambda',
      ...changed,
    };
  }

  verify(request: RequestToVerify): string {
    return this.identities.verify(request).arn;
  }

  /** The refusal as `status code: message`. */
  refusal(request: RequestToVerify): string {
    try {
      return `no refusal of ${this.verify(request)}`;
    } catch (error) {
      const { statusCode, type, body } = error as {
        statusCode: number;
        type: string;
        body: { message: string };
      };
      return `${statusCode} ${type}: ${body.message}`;
    }
  }
}

const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ALICE_ARN = `arn:aws:iam::${ACCOUNT}:user/alice`;
const UNSIGNED = { method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0), service: 'lambda' } as const;
const STRANGER = { accessKeyId: 'AKIASTRANGER00000000', secretAccessKey: 'any' };
const INVALID = 'The security token included in the request is invalid.';
const MISMATCH =
  '403 InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const NOT_SIGNED = (name: string): string =>
  `403 InvalidSignatureException: There were headers present in the request which were not signed: '${name}'`;

describe('an emulator without users', () => {
  test('takes the development key for the root, and verifies what is signed with it', () => {
    const world = new World();
    expect(world.verify(world.request(DEVELOPMENT_KEY))).toBe(ROOT);
    expect(world.refusal(world.request({ ...DEVELOPMENT_KEY, secretAccessKey: 'another' }))).toBe(MISMATCH);
  });

  test('refuses callers without a signature, and with keys of nobody', () => {
    const world = new World();
    const missing = '403 MissingAuthenticationTokenException: Missing Authentication Token';
    expect(world.refusal(UNSIGNED)).toBe(missing);
    const sso = { ...STRANGER, accessKeyId: 'ASIASTRANGER00000000', sessionToken: 'token' };
    for (const stranger of [STRANGER, sso]) {
      expect(world.refusal(world.request(stranger))).toBe(`403 UnrecognizedClientException: ${INVALID}`);
    }
  });

  test('does not know the development key where it is told so, nor where there are users', () => {
    const request = new World().request(DEVELOPMENT_KEY);
    for (const options of [{ developmentKey: false }, { iam: { users } }]) {
      const scope = { account: ACCOUNT, region: 'us-east-1', functions: [], now: () => NOW };
      expect(() => new Identities({ ...scope, ...options }).verify(request)).toThrow(INVALID);
    }
  });

  test('lets its own process call as the root, with a key that nobody can guess', () => {
    const world = new World();
    const own = world.identities.ownCredentials();
    expect(world.verify(world.request(own))).toBe(ROOT);
    expect(world.identities.ownCredentials()).toBe(own);
  });

  test('refuses a key of its own kind that it has not issued: of an earlier run', () => {
    const world = new World();
    const foreign = { ...STRANGER, accessKeyId: 'ASIALLXSTRANGER00000', sessionToken: 'token' };
    expect(world.refusal(world.request(foreign))).toBe(`403 UnrecognizedClientException: ${INVALID}`);
    expect(world.refusal({ ...world.request(foreign), service: 'sts' })).toBe(
      `403 InvalidClientTokenId: ${INVALID}`,
    );
  });

  test('verifies the keys that it has issued', () => {
    const world = new World();
    const credentials = world.identities.functionCredentials('orders');
    expect(world.verify(world.request(credentials))).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders`,
    );
    expect(world.refusal(world.request({ ...credentials, secretAccessKey: 'another' }))).toBe(MISMATCH);
  });
});

test('keys of a function that was deleted open nothing, those of other functions do', () => {
  const world = new World();
  world.identities.setRoleOf('orders-2', 'orders-role');
  const [first, other] = ['orders', 'orders-2'].map((name) => world.identities.functionCredentials(name));
  world.identities.setRoleOf('orders', 'another-role');
  const second = world.identities.functionCredentials('orders');
  world.identities.forgetFunction('orders');
  for (const deleted of [first, second]) {
    expect(world.refusal(world.request(deleted ?? STRANGER))).toBe(
      `403 UnrecognizedClientException: ${INVALID}`,
    );
  }
  expect(world.verify(world.request(other ?? STRANGER))).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders-2`,
  );
  // Deployed anew, it has keys of its own.
  expect(world.verify(world.request(world.identities.functionCredentials('orders')))).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/another-role/orders`,
  );
});

describe('an emulator with users', () => {
  test('lets in whom it knows', () => {
    const world = new World({ users });
    expect(world.verify(world.request(ALICE))).toBe(ALICE_ARN);
    expect(world.identities.verify(world.request(ALICE))).toEqual({
      type: 'user',
      arn: ALICE_ARN,
      account: ACCOUNT,
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      userName: 'alice',
    });
  });

  test.each([
    ['lambda', '403 MissingAuthenticationTokenException: Missing Authentication Token'],
    ['sts', '403 MissingAuthenticationToken: Request is missing Authentication Token'],
  ])('refuses a request to %s without a signature', (service, refusal) => {
    expect(new World({ users }).refusal({ ...UNSIGNED, service })).toBe(refusal);
  });

  test('refuses keys of nobody', () => {
    const world = new World({ users });
    expect(world.refusal(world.request(STRANGER))).toBe(`403 UnrecognizedClientException: ${INVALID}`);
  });

  test.each([
    [
      'Bearer a',
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=d',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
  ])('says what the signature %s lacks', (authorization, message) => {
    const request = { ...UNSIGNED, headers: { authorization } };
    expect(new World({ users }).refusal(request)).toBe(`400 IncompleteSignatureException: ${message}`);
  });
});

describe('a signature', () => {
  const world = new World({ users });
  const good = world.request(ALICE);

  test.each<[string, Partial<RequestToVerify>]>([
    ['method', { method: 'PUT' }],
    ['path', { path: good.path.replace('functions', 'function') }],
    ['query', { path: `${good.path}&a=b` }],
    ['encoding of the path', { path: good.path.replaceAll('%3A', ':') }],
    ['body', { body: Buffer.from('{"n":2}') }],
    ['signed header', { headers: { ...good.headers, 'content-type': 'text/plain' } }],
    ['host', { headers: { ...good.headers, host: 'localhost:4566' } }],
    ['signature', { headers: { ...good.headers, authorization: `${good.headers.authorization}0` } }],
  ])('does not hold for another %s', (_what, changed) => {
    expect(world.refusal({ ...good, ...changed })).toBe(MISMATCH);
  });

  test('does not hold for a token that is missing, or that another session has', () => {
    const credentials = world.identities.functionCredentials('orders');
    const other = world.identities.functionCredentials('x');
    const { sessionToken, ...withoutToken } = credentials;
    const refused = `403 UnrecognizedClientException: ${INVALID}`;
    expect(world.refusal(world.request(withoutToken))).toBe(refused);
    expect(world.refusal(world.request({ ...credentials, sessionToken: other.sessionToken }))).toBe(refused);
    expect(world.refusal(world.request({ ...ALICE, sessionToken }))).toBe(refused);
  });

  test('holds for 15 minutes before and after, by the clock of the emulator', () => {
    const world = new World({ users });
    const request = world.request(ALICE);
    for (const minutes of [-15, 15]) {
      world.now = new Date(NOW.getTime() + minutes * 60_000);
      expect(world.verify(request)).toBe(ALICE_ARN);
    }
    world.now = new Date('2026-11-21T09:45:01Z');
    expect(world.refusal(request)).toBe(
      '403 InvalidSignatureException: Signature expired: 20261121T093000Z is now earlier than 20261121T093001Z (20261121T094501Z - 15 min.)',
    );
    world.now = new Date('2026-11-21T09:14:59Z');
    expect(world.refusal(request)).toBe(
      '403 InvalidSignatureException: Signature not yet current: 20261121T093000Z is still later than 20261121T092959Z (20261121T091459Z + 15 min.)',
    );
  });

  test('is of one service, region and day', () => {
    expect(world.refusal(world.request(ALICE, {}, 'sqs'))).toBe(
      "403 InvalidSignatureException: Credential should be scoped to correct service: 'lambda'. ",
    );
    const elsewhere = new Identities({
      account: ACCOUNT,
      region: 'eu-west-1',
      iam: { users },
      functions: [],
    });
    expect(() => elsewhere.verify(good)).toThrow('Credential should be scoped to a valid region. ');
    expect(world.refusal({ ...good, headers: { ...good.headers, 'x-amz-date': '20261122T093000Z' } })).toBe(
      "403 InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != '20261122', from '20261122T093000Z'.",
    );
  });

  test('ends with the session', () => {
    const world = new World();
    const request = world.request(world.identities.functionCredentials('orders'));
    world.now = new Date(NOW.getTime() + 30 * 86_400_000);
    expect(world.refusal(request)).toBe(
      '403 ExpiredTokenException: The security token included in the request is expired',
    );
    expect(world.refusal({ ...request, service: 'sts' })).toBe(
      '403 ExpiredToken: The security token included in the request is expired',
    );
  });

  test('may leave the body out where it says so', () => {
    const request = { method: 'PUT', url: 'http://h/a', service: 'lambda', region: 'us-east-1' };
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const signed = signRequest({ ...request, headers, credentials: ALICE, now: NOW });
    const sent = { ...UNSIGNED, method: 'PUT', path: '/a', body: Buffer.from('any') };
    expect(world.verify({ ...sent, headers: { host: 'h', ...headers, ...signed } })).toBe(ALICE_ARN);
    const unsaid = signRequest({ ...request, credentials: ALICE, now: NOW });
    expect(world.refusal({ ...sent, headers: { host: 'h', ...headers, ...unsaid } })).toBe(
      NOT_SIGNED('x-amz-content-sha256'),
    );
    expect(world.refusal({ ...sent, headers: { host: 'h', ...unsaid } })).toBe(MISMATCH);
  });

  test('of a body in chunks, each with one of its own, is not taken', () => {
    const request = { method: 'PUT', url: 'http://h/a', service: 'lambda', region: 'us-east-1' };
    const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    const signed = signRequest({ ...request, headers, credentials: ALICE, now: NOW });
    const sent = {
      ...UNSIGNED,
      method: 'PUT',
      path: '/a',
      body: Buffer.from('1;chunk-signature=0\r\na\r\n'),
    };
    expect(world.refusal({ ...sent, headers: { host: 'h', ...headers, ...signed } })).toBe(MISMATCH);
  });

  test.each(['x-amz-target', 'x-amz-invocation-type', 'x-amz-client-context'])(
    'covers %s where it is sent',
    (name) => {
      expect(world.refusal({ ...good, headers: { ...good.headers, [name]: 'Event' } })).toBe(
        NOT_SIGNED(name),
      );
    },
  );

  test('is taken again within its time, as on AWS', () => {
    expect([world.verify(good), world.verify(good)]).toEqual([ALICE_ARN, ALICE_ARN]);
  });
});

describe('a presigned URL of IoT Core', () => {
  const world = new World();
  const credentials = world.identities.functionCredentials('orders');
  const presigned = (options: { host?: string; expiresSeconds?: number } = {}): RequestToVerify => {
    const { host = 'localhost:8443' } = options;
    const url = presignWebSocketUrl({ region: 'us-east-1', credentials, now: NOW, ...options, host });
    const { pathname, search } = new URL(url);
    return { ...UNSIGNED, path: pathname + search, headers: { host }, service: 'iotdevicegateway' };
  };

  test('is verified with the port or without it, the token outside of the signature', () => {
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders`;
    expect(world.verify(presigned())).toBe(arn);
    expect(world.verify(presigned({ host: 'localhost' }))).toBe(arn);
  });

  test('does not hold for another path, host or token', () => {
    const good = presigned();
    const refusals = [
      { ...good, path: good.path.replace('/mqtt', '/other') },
      { ...good, headers: { host: 'other:8443' } },
      { ...good, path: `${good.path}A` },
    ].map((request) => world.refusal(request));
    expect(refusals).toEqual([MISMATCH, MISMATCH, `403 UnrecognizedClientException: ${INVALID}`]);
  });

  test('ends when it says so', () => {
    const request = presigned({ expiresSeconds: 60 });
    world.now = new Date(NOW.getTime() + 60_000);
    expect(world.verify(request)).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders`);
    world.now = new Date(NOW.getTime() + 61_000);
    expect(world.refusal(request)).toBe(
      '403 InvalidSignatureException: Signature expired: 20261121T093000Z is now earlier than 20261121T093001Z (20261121T093101Z - 1 min.)',
    );
  });
});

describe('permissions', () => {
  const roles = { 'orders-role': { policies: [allow('lambda:Invoke*', 'arn:prices')] } };
  const { identities } = new World({ users, roles });

  function principalOf(credentials: AwsCredentials) {
    return identities.verify(new World().request(credentials));
  }

  test('are those of the role, and the refusal is in AWS’s words', () => {
    const orders = principalOf(identities.functionCredentials('orders'));
    identities.authorize(orders, 'lambda:InvokeFunction', 'arn:prices');
    expect(identities.allows(orders, 'lambda:InvokeFunction', 'arn:prices')).toBe(true);
    // Twice: the second answer is remembered.
    for (const _ of [1, 2]) {
      expect(identities.allows(orders, 'lambda:InvokeFunction', 'arn:bills')).toBe(false);
      expect(() => identities.authorize(orders, 'lambda:InvokeFunction', 'arn:bills')).toThrow(
        `AccessDeniedException: User: arn:aws:sts::${ACCOUNT}:assumed-role/orders-role/orders is not authorized to perform: lambda:InvokeFunction on resource: arn:bills because no identity-based policy allows the lambda:InvokeFunction action`,
      );
    }
  });

  test('are all for the root, and for a role that nobody describes', () => {
    expect(identities.allows(identities.root, 'iam:Anything', '*')).toBe(true);
    const session = principalOf(identities.functionCredentials('x'));
    expect(session).toEqual({
      type: 'assumed-role',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/narrow/x@lambda_function`,
      account: ACCOUNT,
      userId: expect.stringMatching(/^AROA[A-Z2-7]{17}:x@lambda_function$/),
      roleArn: `arn:aws:iam::${ACCOUNT}:role/path/narrow`,
    });
    expect(identities.allows(session, 'iam:Anything', '*')).toBe(true);
  });

  test('are narrowed by a session policy', () => {
    const alice = principalOf(ALICE);
    const { credentials } = identities.assumeRole({
      principal: alice,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/orders-role`,
      sessionName: 'narrow',
      sessionPolicy: {
        Statement: [
          { Effect: 'Allow', Action: 'lambda:InvokeAsync', Resource: '*' },
          { Effect: 'Deny', Action: 'lambda:InvokeFunctionUrl', Resource: '*' },
        ],
      },
    });
    const session = principalOf(credentials);
    const refusal = (action: string): string => {
      try {
        identities.authorize(session, action, 'arn:prices');
        return 'allowed';
      } catch (error) {
        return String(error).replace(/.*arn:prices /, '');
      }
    };
    expect(
      ['InvokeAsync', 'InvokeFunction', 'InvokeFunctionUrl', 'GetFunction'].map((name) =>
        refusal(`lambda:${name}`),
      ),
    ).toEqual([
      'allowed',
      'because no session policy allows the lambda:InvokeFunction action',
      'with an explicit deny in a session policy',
      'because no identity-based policy allows the lambda:GetFunction action',
    ]);
  });

  test('may depend on what the request says', () => {
    const { identities } = new World({
      roles: {
        'orders-role': {
          policies: [
            {
              Statement: {
                Effect: 'Allow',
                Action: 'iot:*',
                Resource: '*',
                Condition: { StringEquals: { 'iot:Topic': 'a', 'aws:userid': 'forged' } },
              },
            },
          ],
        },
      },
    });
    const principal = identities.verify(new World().request(identities.functionCredentials('orders')));
    const context = { 'iot:Topic': 'a', 'aws:userid': 'forged' };
    expect(identities.allows(principal, 'iot:SendDirectMessage', '*', context)).toBe(false);
  });
});

describe('a role', () => {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/deploy`;
  const trusting = (Principal: Record<string, string>, Condition = {}): IamConfig => ({
    users: { ...users, bob: { accessKeys: [{ id: 'AKIABOB0000000000000', secret: 'the secret of bob' }] } },
    roles: {
      deploy: {
        trust: {
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition },
        },
      },
    },
  });
  const BOB = { accessKeyId: 'AKIABOB0000000000000', secretAccessKey: 'the secret of bob' };

  function assume(iam: IamConfig, credentials: AwsCredentials, externalId?: string): string {
    const world = new World(iam);
    const principal = world.identities.verify(world.request(credentials));
    try {
      return world.identities.assumeRole({ principal, roleArn, sessionName: 'me', externalId }).assumedRole
        .arn;
    } catch (error) {
      return String(error);
    }
  }

  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/me`;
  const denied = (name: string) =>
    `AwsError: AccessDenied: User: arn:aws:iam::${ACCOUNT}:user/${name} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;

  test('that trusts the account is assumed by whose own policies allow it', () => {
    for (const AWS of [ACCOUNT, ROOT]) {
      expect(assume(trusting({ AWS }), ALICE)).toBe(session);
      expect(assume(trusting({ AWS }), BOB)).toBe(denied('bob'));
    }
  });

  test('that trusts a caller by name is assumed without more', () => {
    expect(assume(trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/bob` }), BOB)).toBe(session);
    expect(assume(trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/bob` }), ALICE)).toBe(denied('alice'));
    expect(assume(trusting({ AWS: '*' }), BOB)).toBe(session);
  });

  test('that trusts a service is assumed by nobody else', () => {
    expect(assume(trusting({ Service: 'lambda.amazonaws.com' }), ALICE)).toBe(denied('alice'));
  });

  test('may ask for an external id, and for a principal’s ARN', () => {
    const external = trusting({ AWS: ACCOUNT }, { StringEquals: { 'sts:ExternalId': 'e' } });
    expect([assume(external, ALICE), assume(external, ALICE, 'e')]).toEqual([denied('alice'), session]);
    const named = (ArnLike: Record<string, string>) => trusting({ AWS: ACCOUNT }, { ArnLike });
    expect(assume(named({ 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/al*` }), ALICE)).toBe(session);
    expect(assume(named({ 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:user/b*` }), ALICE)).toBe(
      denied('alice'),
    );
  });

  test('that nobody has is not told from one that is denied', () => {
    expect(assume({ users }, ALICE)).toBe(denied('alice'));
  });

  test('of a function must trust Lambda', () => {
    const { identities } = new World({
      roles: { 'orders-role': trusting({ AWS: ACCOUNT }).roles?.deploy ?? {} },
    });
    expect(() => identities.functionCredentials('orders')).toThrow(
      'InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.',
    );
    expect(identities.roleArnOf('orders')).toBe(`arn:aws:iam::${ACCOUNT}:role/orders-role`);
  });

  test('lasts as long as it may: an hour by default, and an hour from role to role', () => {
    const world = new World({ roles: { deploy: { maxSessionSeconds: 7200, policies: [allow('*')] } } });
    const { identities } = world;
    const ask = (principal = identities.root, durationSeconds?: number, arn = roleArn) =>
      identities.assumeRole({ principal, roleArn: arn, sessionName: 'me', durationSeconds }).credentials;
    expect(ask().expiration).toEqual(new Date('2026-11-21T10:30:00Z'));
    const long = ask(identities.root, 7200);
    expect(long.expiration).toEqual(new Date('2026-11-21T11:30:00Z'));
    expect(() => ask(identities.root, 7201)).toThrow(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    const chained = identities.verify(world.request(long));
    expect(() => ask(chained, 3601)).toThrow(
      'ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
    expect(ask(chained).expiration).toEqual(new Date('2026-11-21T10:30:00Z'));
  });
});
