import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { EmulatorState } from '../emulator/http/state-route.ts';
import { addStateRoute } from '../emulator/http/state-route.ts';
import { openServicePort } from '../emulator/service-port.test-support.ts';
import { type EnvFlags, runEnv } from './run-env.ts';

let port: Awaited<ReturnType<typeof openServicePort>> | undefined;

afterEach(async () => {
  await port?.close();
  port = undefined;
});

async function startEmulator(access: EmulatorState['access'] = 'open'): Promise<string> {
  port = await openServicePort([], (app, endpoint) =>
    addStateRoute(app, () => ({
      endpoint: endpoint(),
      mqtt: '',
      account: '000000000000',
      region: 'eu-west-1',
      access,
      functions: [],
    })),
  );
  return port.endpoint;
}

async function env(flags: EnvFlags, own: NodeJS.ProcessEnv = {}): Promise<string> {
  let printed = '';
  const stdout = {
    write(text: string) {
      printed += text;
    },
  };
  expect(await runEnv(flags, { stdout, env: own, platform: 'linux' })).toBe(0);
  return printed;
}

test('prints what a shell evaluates, and takes away what would be in its way', async () => {
  const endpoint = await startEmulator();
  expect(await env({ endpoint })).toBe(
    [
      `export AWS_ENDPOINT_URL='${endpoint}'`,
      "export AWS_ACCESS_KEY_ID='test'",
      "export AWS_SECRET_ACCESS_KEY='test'",
      "export AWS_REGION='eu-west-1'",
      "export AWS_DEFAULT_REGION='eu-west-1'",
      'unset AWS_PROFILE AWS_SESSION_TOKEN',
      '',
    ].join('\n'),
  );
});

const EVALUATED = { bash: 'eval "$1"; printenv', fish: 'eval $argv[2..]; printenv' } as const;

describe.for(['bash', 'fish'] as const)('%s', (shell) => {
  const present = spawnSync(shell, ['-c', 'true']).status === 0;

  test.skipIf(!present)(`takes it${present ? '' : ' (skipped: it is not on PATH)'}`, async () => {
    const endpoint = await startEmulator();
    const text = await env({ endpoint, shell });
    const { stdout } = await promisify(execFile)(shell, ['-c', EVALUATED[shell], shell, text], {
      env: { PATH: process.env.PATH, AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'old' },
    });
    const variables = stdout.split('\n').filter((line) => line.startsWith('AWS_'));
    expect(variables.toSorted()).toEqual([
      'AWS_ACCESS_KEY_ID=test',
      'AWS_DEFAULT_REGION=eu-west-1',
      `AWS_ENDPOINT_URL=${endpoint}`,
      'AWS_REGION=eu-west-1',
      'AWS_SECRET_ACCESS_KEY=test',
    ]);
  });
});

test('the shell is the user’s, or the one that is named', async () => {
  const endpoint = await startEmulator();
  const first = async (flags: Partial<EnvFlags>, own: NodeJS.ProcessEnv = {}) =>
    (await env({ endpoint, ...flags }, own)).split('\n')[0];
  expect(await first({}, { SHELL: '/usr/bin/fish' })).toBe(`set -gx AWS_ENDPOINT_URL '${endpoint}';`);
  expect(await first({}, { SHELL: '/bin/zsh' })).toBe(`export AWS_ENDPOINT_URL='${endpoint}'`);
  expect(await first({ shell: 'powershell' })).toBe(`$Env:AWS_ENDPOINT_URL = '${endpoint}'`);
  expect(JSON.parse((await first({ shell: 'json' })) ?? '')).toEqual({
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });
});

test('an emulator that knows only its own users gets no wrong keys: nothing is printed', async () => {
  const endpoint = await startEmulator('closed');
  await expect(env({ endpoint })).rejects.toMatchObject({
    code: 'LLX_CREDENTIALS_MISSING',
    mend: expect.stringContaining('iam.users'),
  });
});

test('no emulator there: nothing is printed, and the error says how to start one', async () => {
  await expect(env({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
    exitCode: 3,
    mend: expect.stringContaining('llx emulator'),
  });
});
