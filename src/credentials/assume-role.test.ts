import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AwsCredentials } from '../signature/credentials.ts';
import {
  type AssumeRoleOptions,
  type AssumeRoleRequest,
  assumeRoleProvider,
  roleSessionName,
} from './assume-role.ts';

const ROLE = 'arn:aws:iam::123456789012:role/orders-role';
const CREDENTIALS: AwsCredentials = {
  accessKeyId: 'ASIA',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: new Date('2026-11-21T13:00:00Z'),
};

/** Answers of STS, one for each call, the last for ever; a clock that only `sleep` moves. */
function bench(answers: readonly (AwsCredentials | Error)[], options: Partial<AssumeRoleOptions> = {}) {
  const requests: AssumeRoleRequest[] = [];
  const retries: string[] = [];
  let at = 0;
  const provider = assumeRoleProvider({
    roleArn: ROLE,
    sessionName: 'alice@orders',
    assumeRole: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(request);
      if (answer === undefined || answer instanceof Error) throw answer;
      return answer;
    },
    onRetry: ({ code }) => retries.push(code),
    clock: {
      now: () => at,
      sleep: async (ms) => {
        at += ms;
      },
    },
    ...options,
  });
  return { provider, requests, retries, now: () => at };
}

function stsError(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

const denied = stsError(
  'AccessDenied',
  `User: arn:aws:sts::123456789012:assumed-role/Developer/alice is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
);

describe('a role', () => {
  test('is assumed for an hour, the most that role chaining allows', async () => {
    const { provider, requests } = bench([CREDENTIALS]);
    expect(await provider()).toBe(CREDENTIALS);
    expect(requests).toEqual([{ RoleArn: ROLE, RoleSessionName: 'alice@orders', DurationSeconds: 3_600 }]);
  });

  test('can be narrowed by a session policy', async () => {
    const { provider, requests } = bench([CREDENTIALS], { sessionPolicy: '{"Statement":[]}' });
    await provider();
    expect(requests).toEqual([expect.objectContaining({ Policy: '{"Statement":[]}' })]);
  });

  test('whose trust was just deployed refuses at first: it is asked again, and that is said once', async () => {
    const { provider, requests, retries } = bench([denied, denied, denied, CREDENTIALS]);
    expect(await provider()).toBe(CREDENTIALS);
    expect(requests).toHaveLength(4);
    expect(retries).toEqual(['LLX_ROLE_DENIED']);
  });

  test('that goes on to refuse is an error with the statement to add; from then on it is one at once', async () => {
    const { provider, requests, retries, now } = bench([denied]);
    const expected = {
      code: 'LLX_ROLE_DENIED',
      message: `Expected arn:aws:sts::123456789012:assumed-role/Developer/alice to be allowed to assume ${ROLE}, found that its trust policy, or a policy of your own, does not allow sts:AssumeRole.`,
      mend: `Add this statement to the trust policy of the role, and deploy it:
{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::123456789012:role/Developer"}}
Or have the deployed function send its own credentials: llx dev --credentials forward`,
      cause: denied,
    };
    await expect(provider()).rejects.toMatchObject(expected);
    expect(now()).toBe(6_000);
    expect(requests).toHaveLength(7);
    await expect(provider()).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(8);
    expect(retries).toEqual(['LLX_ROLE_DENIED']);
  });

  test('that has been assumed again has its patience back', async () => {
    const { provider, retries } = bench([denied, CREDENTIALS, denied, CREDENTIALS]);
    await provider();
    await provider();
    expect(retries).toEqual(['LLX_ROLE_DENIED', 'LLX_ROLE_DENIED']);
  });
});

describe('another failure of the call', () => {
  test('is not retried here, and is explained by whoever knows AWS’s errors', async () => {
    const expired = stsError('ExpiredTokenException');
    const explained = new Error('sign in again');
    const { provider, requests } = bench([expired], {
      explain: (error, roleArn) => (error === expired && roleArn === ROLE ? explained : error),
    });
    await expect(provider()).rejects.toBe(explained);
    expect(requests).toHaveLength(1);
    await expect(bench([expired]).provider()).rejects.toBe(expired);
  });
});

describe('the name of the session', () => {
  test('says what made it, who uses it and what for', () => {
    expect(roleSessionName('alice', 'orders')).toBe('llx-alice@orders');
  });

  test('is one that STS takes, whatever the names', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (lane, name) => {
        expect(roleSessionName(lane, name)).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
    );
  });
});
