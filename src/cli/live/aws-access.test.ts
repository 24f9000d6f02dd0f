import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LlxError } from '../../errors/llx-error.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { type AwsAccess, openAwsAccess } from './aws-access.ts';
import { resolveRegion } from './aws-region.ts';
import { USER_OF_EMULATOR } from './master-credentials.ts';

const keys: CredentialProvider = async () => ({
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret-of-the-test',
});
const servers: Server[] = [];
const open: AwsAccess[] = [];

afterEach(async () => {
  for (const access of open.splice(0)) access.close();
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function accessTo(
  endpoint: string,
  more: {
    readonly credentials?: CredentialProvider;
    readonly now?: () => number;
    readonly doctor?: string;
  } = {},
): Promise<AwsAccess> {
  const access = await openAwsAccess({ region: 'us-east-1', endpoint, credentials: keys, env: {}, ...more });
  open.push(access);
  return access;
}

/** STS answers errors as XML, Lambda and IoT as JSON with the name in a header. */
function stsError(code: string): RequestListener {
  return (_request, response) => {
    response.writeHead(403, { 'content-type': 'text/xml' });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>as AWS says it</Message></Error></ErrorResponse>`,
    );
  };
}

function restError(status: number, name: string): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name });
    response.end(JSON.stringify({ message: 'as AWS says it' }));
  };
}

async function failure(call: Promise<unknown>): Promise<LlxError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LlxError) return error;
  throw new Error(`expected a LlxError, got ${String(error)}`);
}

describe('what AWS answers', () => {
  test('the configuration of a function, as it is deployed', async () => {
    const endpoint = await serve((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          FunctionArn: 'arn:aws:lambda:us-east-1:1:function:f',
          Role: 'arn:aws:iam::1:role/r',
          Runtime: 'nodejs24.x',
          Handler: 'app.handler',
          Timeout: 30,
          MemorySize: 512,
          Environment: { Variables: { STAGE: 'dev' } },
          Layers: [{ Arn: 'arn:aws:lambda:us-east-1:1:layer:llx:3', CodeSize: 1 }],
        }),
      );
    });
    expect(await (await accessTo(endpoint)).functionConfiguration('f')).toEqual({
      arn: 'arn:aws:lambda:us-east-1:1:function:f',
      roleArn: 'arn:aws:iam::1:role/r',
      runtime: 'nodejs24.x',
      handler: 'app.handler',
      timeoutSeconds: 30,
      memoryMb: 512,
      environment: { STAGE: 'dev' },
      layers: ['arn:aws:lambda:us-east-1:1:layer:llx:3'],
    });
  });

  test.each([
    ['ExpiredToken', 'LLX_CREDENTIALS_EXPIRED'],
    ['InvalidClientTokenId', 'LLX_CREDENTIALS_REFUSED'],
    ['SignatureDoesNotMatch', 'LLX_CREDENTIALS_REFUSED'],
    ['AccessDenied', 'LLX_AWS_DENIED'],
    ['SomethingNew', 'LLX_AWS_FAILED'],
  ])('%s is %s', async (name, code) => {
    const access = await accessTo(await serve(stsError(name)));
    expect((await failure(access.identity())).code).toBe(code);
  });

  test('keys that an emulator refuses are mended by keys of its users, not at AWS', async () => {
    const access = await accessTo(await serve(stsError('InvalidClientTokenId')));
    expect(await failure(access.identity())).toMatchObject({
      message:
        'Expected the emulator to accept the credentials for sts:GetCallerIdentity, found InvalidClientTokenId.',
      mend: USER_OF_EMULATOR,
    });
  });

  test('a denied call names action, resource and the statement that allows it', async () => {
    const access = await accessTo(await serve(restError(403, 'AccessDeniedException')));
    const { message, mend } = await failure(access.functionConfiguration('orders'));
    expect({ message, mend }).toEqual({
      message:
        'Expected to be allowed lambda:GetFunctionConfiguration on arn:aws:lambda:us-east-1:*:function:orders, found that no policy allows it.',
      mend: 'Add this statement to a policy of yours:\n{"Effect":"Allow","Action":"lambda:GetFunctionConfiguration","Resource":"arn:aws:lambda:us-east-1:*:function:orders"}',
    });
  });

  test('a function that is not there is LLX_FUNCTION_UNKNOWN', async () => {
    const access = await accessTo(await serve(restError(404, 'ResourceNotFoundException')));
    expect((await failure(access.functionConfiguration('orders'))).code).toBe('LLX_FUNCTION_UNKNOWN');
  });
});

test('nothing that listens is LLX_UNREACHABLE, in plain words', async () => {
  const endpoint = await serve(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const doctor = `llx doctor --endpoint ${endpoint} --profile work`;
  const error = await failure((await accessTo(endpoint, { doctor })).dataEndpoint());
  expect(error).toMatchObject({
    code: 'LLX_UNREACHABLE',
    message: 'Expected an answer to iot:DescribeEndpoint on *: nothing listens at that address.',
    mend: `Check the network, VPN and proxy (HTTPS_PROXY, NO_PROXY), then: ${doctor}`,
  });
});

test('what the provider of credentials says is passed on', async () => {
  const expired = new LlxError('LLX_CREDENTIALS_EXPIRED', { message: 'over', mend: 'aws sso login' });
  const access = await accessTo('http://127.0.0.1:9', {
    credentials: async () => {
      throw expired;
    },
  });
  expect(await failure(access.identity())).toBe(expired);
});

test('the skew of the clock comes from the Date header, without credentials, whatever the status', async () => {
  const date = new Date('2026-11-21T12:00:00Z');
  const endpoint = await serve((_request, response) => {
    response.writeHead(302, { date: date.toUTCString() });
    response.end();
  });
  const now = () => date.getTime() + 60_500;
  const access = await accessTo(endpoint, { now, credentials: () => Promise.reject(new Error('not asked')) });
  expect(await access.clockSkewMs()).toBe(60_000);
});

describe('the region', () => {
  let directory = '';
  afterEach(async () => await rm(directory, { recursive: true, force: true }));

  async function sources() {
    directory = await mkdtemp(join(tmpdir(), 'llx-region-'));
    const file = join(directory, 'config');
    await writeFile(
      file,
      '[default]\nregion = eu-north-1\n[profile dev]\nregion = eu-west-3\n[profile bare]\noutput = json\n',
    );
    return { env: { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: join(directory, 'none') } };
  }

  test('is found in the order of the AWS tools: flag, environment, profile; then llx.config.ts', async () => {
    const { env } = await sources();
    const full = { ...env, AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2', AWS_PROFILE: 'dev' };
    expect(await resolveRegion({ region: 'sa-east-1', env: full })).toBe('sa-east-1');
    expect(await resolveRegion({ env: full })).toBe('us-west-1');
    expect(await resolveRegion({ env: { ...full, AWS_REGION: '' } })).toBe('us-west-2');
    expect(await resolveRegion({ env: { ...env, AWS_PROFILE: 'dev' } })).toBe('eu-west-3');
    expect(await resolveRegion({ env: { ...env, AWS_PROFILE: 'dev' }, profile: 'default' })).toBe(
      'eu-north-1',
    );
    expect(await resolveRegion({ env, profile: 'bare', configuredRegion: 'ca-central-1' })).toBe(
      'ca-central-1',
    );
  });

  test('that nothing names is LLX_REGION_MISSING, with the command that sets it', async () => {
    const { env } = await sources();
    const { code, mend } = await failure(resolveRegion({ env, profile: 'bare' }));
    expect({ code, mend }).toEqual({
      code: 'LLX_REGION_MISSING',
      mend: 'aws configure set region us-east-1 --profile bare\nOr for this shell: export AWS_REGION=us-east-1\nOr do without AWS: llx dev --offline',
    });
  });

  test('of a profile that does not exist is no matter of regions: the profiles are listed', async () => {
    const { env } = await sources();
    const { code, message } = await failure(resolveRegion({ env, profile: 'nope' }));
    expect({ code, message }).toEqual({
      code: 'LLX_CREDENTIALS_MISSING',
      message:
        'Expected a profile "nope" in AWS’s configuration files, found none of that name. There are: bare, default, dev.',
    });
  });
});
