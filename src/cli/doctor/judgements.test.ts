import { describe, expect, test } from 'vitest';
import type { DeployedConfiguration } from '../live/aws-access.ts';
import { judgeSkew } from './account-checks.ts';
import { credentialSource } from './credential-source.ts';
import { median } from './median.ts';
import { judgeStub } from './stub-judgement.ts';

const ENDPOINT = 'abc-ats.iot.us-east-1.amazonaws.com';
const BROKER = { variable: 'LLX_IOT_ENDPOINT', value: ENDPOINT, account: '123456789012' } as const;
const WELL = {
  handler: '/opt/llx/index.handler',
  environment: { LLX_HANDLER: 'app.handler', LLX_IOT_ENDPOINT: ENDPOINT, LLX_ACCOUNT_ID: '123456789012' },
};

function deployed(parts: Partial<DeployedConfiguration>): DeployedConfiguration {
  return { arn: '', roleArn: '', timeoutSeconds: 3, memoryMb: 128, environment: {}, layers: [], ...parts };
}

describe('judgeStub', () => {
  test('is content with a stub that goes to the same endpoint', () => {
    expect(judgeStub('orders', deployed(WELL), BROKER)).toEqual({
      status: 'ok',
      detail: 'in front of app.handler',
    });
  });

  test.each([
    ['no stub', { handler: 'app.handler' }, /^expected the stub as its handler .*, found app\.handler: /],
    [
      'a stub without its handler',
      { ...WELL, environment: {} },
      /as LLX_HANDLER in its environment, found none/,
    ],
    [
      'a stub before itself',
      { ...WELL, environment: { ...WELL.environment, LLX_HANDLER: '/opt/llx/index.handler' } },
      /as LLX_HANDLER in its environment, found the stub/,
    ],
    [
      'another endpoint',
      { ...WELL, environment: { ...WELL.environment, LLX_IOT_ENDPOINT: 'other.example' } },
      /^expected LLX_IOT_ENDPOINT=abc-ats\S+ in its environment, found other\.example: stub and session would not meet/,
    ],
    [
      'no account',
      { ...WELL, environment: { LLX_HANDLER: 'app.handler', LLX_IOT_ENDPOINT: ENDPOINT } },
      /^expected LLX_ACCOUNT_ID in its environment/,
    ],
  ])('fails for %s, with the command that sets it', (_what, parts, detail) => {
    const found = judgeStub('orders', deployed(parts), BROKER);
    expect(found).toMatchObject({
      status: 'fail',
      code: 'LLX_CONFIG_INVALID',
      detail: expect.stringMatching(detail),
    });
    expect(found.mend).toMatch(
      /^aws lambda update-function-configuration --function-name orders --environment "Variables=\{LLX_HANDLER=\S+,LLX_IOT_ENDPOINT=abc-ats\S+,LLX_ACCOUNT_ID=123456789012\}"(?: --[^()<>]+)?\nIt replaces all variables/,
    );
  });

  test('never shows the URL of a broker, which may hold a password', () => {
    const environment = { ...WELL.environment, LLX_BROKER_URL: 'mqtts://me:secret@broker' };
    const broker = { variable: 'LLX_BROKER_URL', value: 'mqtts://broker', account: '1' } as const;
    expect(JSON.stringify(judgeStub('orders', deployed({ ...WELL, environment }), broker))).not.toContain(
      'secret',
    );
  });
});

describe('judgeSkew', () => {
  test.each([
    [400, 'ok', 'agrees with AWS'],
    [-20_000, 'ok', '20 s behind AWS'],
    [45_000, 'warn', '45 s ahead of AWS'],
    [
      -301_000,
      'fail',
      'expected at most 5 min from AWS’s clock, found 5 min behind AWS: signatures are refused',
    ],
  ])('%i ms: %s', (skew, status, detail) => {
    expect(judgeSkew(skew)).toMatchObject({ status, detail });
  });
});

test('credentialSource names the place that the chain asks first', () => {
  expect(credentialSource({ AWS_PROFILE: 'dev', AWS_ACCESS_KEY_ID: 'A' })).toBe('profile "dev"');
  expect(credentialSource({ AWS_ACCESS_KEY_ID: 'A' })).toBe('environment (AWS_ACCESS_KEY_ID)');
  expect(credentialSource({}, 'other')).toBe('profile "other"');
  expect(credentialSource({})).toBe('profile "default", or this machine’s role');
});

test('median is the middle, or the mean of the two in the middle', () => {
  expect([median([9]), median([30, 1, 2]), median([4, 1, 2, 30])]).toEqual([9, 2, 3]);
});
