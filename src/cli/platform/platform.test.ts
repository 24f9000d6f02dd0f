import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestPlatform, type TestPlatform } from './platform.test-support.ts';
import { type AliasFlags, runAliasDelete, runAliasList, runAliasMove } from './run-alias.ts';
import { runDelete } from './run-delete.ts';
import { type DeployFlags, runDeploy } from './run-deploy.ts';
import { runList } from './run-list.ts';
import { runRollback } from './run-rollback.ts';
import { runVersions } from './run-versions.ts';

let platform: TestPlatform;
let greet: string;

const SOURCE = (version: number) => `export const handler = async () => 'greeting ${version}';\n`;

beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform.close());

// How well zlib packs depends on its version.
const deploy = async (directory: string, flags: Partial<DeployFlags> = {}) => {
  const printed = await platform.run((surroundings) =>
    runDeploy(directory, { name: 'greet', alias: 'live', env: {}, ...flags }, surroundings),
  );
  return { ...printed, stderr: printed.stderr.replace(/\d+ B/, 'n B') };
};
const versions = () => platform.run((surroundings) => runVersions('greet', { json: true }, surroundings));
const rollback = (version?: string, flags: { dryRun?: boolean; json?: boolean } = {}) =>
  platform.run((surroundings) => runRollback('greet', version, { alias: 'live', ...flags }, surroundings));
const move = (version: string, flags: AliasFlags = {}, name = 'live') =>
  platform.run((surroundings) => runAliasMove('greet', name, version, flags, surroundings));
const aliases = () => platform.run((surroundings) => runAliasList('greet', {}, surroundings));
/** A GET of `http://greet.localhost`: Node.js leaves that name to a resolver, which need not know it. */
function call(): Promise<string> {
  const { port } = new URL(platform.endpoint);
  const headers = { host: `greet.localhost:${port}` };
  return new Promise((resolve, reject) => {
    request(platform.endpoint, { headers }, (response) => text(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
}

// In the order of a function's life: each test goes on where the one before has ended.
describe('a function', () => {
  test('is not there after a dry run, which says what would be done', async () => {
    greet = await platform.folder('greet', { 'index.mjs': SOURCE(1) });
    expect(await deploy(greet, { dryRun: true, memory: 256 })).toEqual({
      code: 0,
      stdout: [
        'CreateFunction: runtime, handler, memory',
        'PublishVersion',
        'CreateAlias: live → the new version',
        'CreateFunctionUrlConfig: public',
        '',
      ].join('\n'),
      stderr: [
        '[1/2] Packaged greet: 1 file, n B (nodejs24.x, index.handler)',
        `[2/2] Compared with what is deployed at ${platform.endpoint}: nothing was changed there`,
        '',
      ].join('\n'),
    });
    expect(await platform.run((surroundings) => runList({}, surroundings))).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No functions yet: llx deploy DIR --name NAME\n',
    });
  });

  test('is live at its own host name once it is deployed, and the address alone is on stdout', async () => {
    const { port } = new URL(platform.endpoint);
    expect(await deploy(greet)).toEqual({
      code: 0,
      stdout: `http://greet.localhost:${port}\n`,
      stderr: [
        '[1/3] Packaged greet: 1 file, n B (nodejs24.x, index.handler)',
        `[2/3] Created at ${platform.endpoint}: version 1`,
        '[3/3] Live: live → 1',
        '',
      ].join('\n'),
    });
    expect(await call()).toBe('greeting 1');
  });

  test('gets no new version from unchanged code and settings', async () => {
    const { stderr } = await deploy(greet, { memory: 128 });
    expect(stderr.split('\n').slice(1)).toEqual([
      `[2/3] Unchanged at ${platform.endpoint}: version 1`,
      '[3/3] Live as before: live → 1',
      '',
    ]);
    expect(await deploy(greet, { dryRun: true })).toMatchObject({ stdout: 'Nothing would change.\n' });
  });

  test('gets a version from changed code and settings; variables that are not named stay', async () => {
    await platform.folder('greet', { 'index.mjs': SOURCE(2) });
    const env = { STAGE: 'prod', TOKEN: 'secret' };
    const { stdout } = await deploy(greet, { json: true, env, timeout: 5 });
    const { port } = new URL(platform.endpoint);
    expect(JSON.parse(stdout)).toEqual({
      type: 'deployed',
      function: 'greet',
      version: '2',
      alias: 'live',
      aliasVersion: '2',
      weights: {},
      previousVersion: '1',
      url: `http://greet.localhost:${port}`,
      urlAccess: 'public',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      codeSha256: expect.stringMatching(/=$/),
      bytes: expect.any(Number),
      notices: [],
    });
    expect(await call()).toBe('greeting 2');
    const removal = { env: { STAGE: 'prod' }, removeEnv: ['TOKEN'], dryRun: true };
    const dry = await deploy(greet, removal);
    expect(dry.stdout.split('\n')[0]).toBe('UpdateFunctionConfiguration: environment');
    expect(await deploy(greet, { env, dryRun: true })).toMatchObject({ stdout: 'Nothing would change.\n' });
  });

  test('shows its versions, the newest first, and which alias leads to each', async () => {
    const { stdout } = await versions();
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ version, aliases, function: name }) => [name, version, aliases])).toEqual([
      ['greet', '2', ['live']],
      ['greet', '1', []],
    ]);
  });

  test('is listed with what is live, and fits the terminal', async () => {
    const json = await platform.run((surroundings) => runList({ json: true }, surroundings));
    expect(JSON.parse(json.stdout)).toMatchObject({
      type: 'function',
      function: 'greet',
      version: '2',
      timeout: 5,
      url: expect.stringContaining('greet.localhost'),
    });
    const { stdout } = await platform.run((surroundings) => runList({}, surroundings));
    expect(stdout.split('\n')[0]?.split(/\s+/)).toEqual([
      'FUNCTION',
      'LIVE',
      'RUNTIME',
      'MEMORY',
      'TIMEOUT',
      'SIZE',
      'CHANGED',
      'URL',
    ]);
  });

  test('is rolled back to the version before, or to the one that is named', async () => {
    expect((await rollback(undefined, { dryRun: true })).stdout).toBe('greet: live would be 1 (was 2)\n');
    expect(await call()).toBe('greeting 2');
    expect((await rollback()).stdout).toBe('greet: live is 1 (was 2)\n');
    expect(await call()).toBe('greeting 1');
    await expect(rollback()).rejects.toMatchObject({
      code: 'LLX_VERSION_UNKNOWN',
      message: 'Expected a version of greet before 1, found none.',
    });
    expect(JSON.parse((await rollback('2', { json: true })).stdout)).toEqual({
      type: 'rolled-back',
      function: 'greet',
      alias: 'live',
      version: '2',
      previousVersion: '1',
      dryRun: false,
    });
    await expect(rollback('7')).rejects.toMatchObject({
      message: 'Expected a version of greet (2, 1), found 7.',
    });
  });

  test('that was rolled back goes live again by a deployment of the same code', async () => {
    await rollback();
    expect((await deploy(greet, { dryRun: true })).stdout).toBe(
      'UpdateAlias: live → the version of $LATEST\n',
    );
    const { stderr } = await deploy(greet);
    expect(stderr.split('\n')[2]).toBe('[3/3] Live: live → 2 (was 1)');
  });

  test('gives a new version a share of the requests, and all of it back', async () => {
    expect((await move('1', { share: 0.25 })).stdout).toBe('greet: live is 2, 25 % to 1 (was 2)\n');
    expect((await aliases()).stdout).toBe('ALIAS  VERSION       DESCRIPTION\nlive   2, 25 % to 1\n');
    // The other version is taken back, not the one that most requests get.
    expect((await rollback()).stdout).toBe('greet: live is 2 (was 2, 25 % to 1)\n');
    await platform.folder('greet', { 'index.mjs': SOURCE(3) });
    const { stderr } = await deploy(greet, { share: 0.1 });
    expect(stderr.split('\n')[2]).toBe('[3/3] Live: live → 2, 10 % to 3 (was 2)');
    expect((await move('3')).stdout).toBe('greet: live is 3 (was 2, 10 % to 3)\n');
  });

  test('has further aliases, which may be deleted', async () => {
    expect((await move('1', { dryRun: true }, 'old')).stdout).toBe('greet: old would be 1 (new)\n');
    expect((await move('1', {}, 'old')).stdout).toBe('greet: old is 1 (new)\n');
    const remove = () =>
      platform.run((surroundings) => runAliasDelete('greet', 'old', { json: true }, surroundings));
    expect(JSON.parse((await remove()).stdout)).toEqual({
      type: 'deleted',
      function: 'greet',
      alias: 'old',
      dryRun: false,
    });
    expect((await aliases()).stdout).toBe('ALIAS  VERSION  DESCRIPTION\nlive   3\n');
  });

  test('may ask for signed requests, and be public again', async () => {
    const { stderr, stdout } = await deploy(greet, { url: 'iam' });
    expect(stderr).toContain('It answers signed requests only: --url public lets anyone call it.\n');
    expect(stdout).toMatch(/^http:\/\/greet\.localhost:\d+\n$/);
    expect(JSON.parse(await call())).toEqual({ message: 'Missing Authentication Token' });
    expect((await deploy(greet)).stderr).toContain('signed requests only');
    await deploy(greet, { url: 'public' });
    expect(await call()).toBe('greeting 3');
  });

  test('is gone once it is deleted', async () => {
    const remove = (dryRun: boolean) =>
      platform.run((surroundings) =>
        runDelete('greet', { dryRun }, { ...surroundings, stdin: new PassThrough() }),
      );
    expect((await remove(true)).stdout).toMatch(/^greet would be deleted at http/);
    expect((await remove(false)).stdout).toBe(
      `greet is deleted at ${platform.endpoint}, with its versions, aliases and URLs\n`,
    );
    await expect(remove(false)).rejects.toMatchObject({ code: 'LLX_FUNCTION_UNKNOWN' });
    await expect(versions()).rejects.toMatchObject({ code: 'LLX_FUNCTION_UNKNOWN' });
  });
});

test('a function without a URL gets none where that is asked', async () => {
  const quiet = await platform.folder('quiet', { 'index.mjs': SOURCE(1) });
  expect(await deploy(quiet, { name: 'quiet', url: false })).toMatchObject({ code: 0, stdout: '' });
});

test('what the API refuses is told with its own words', async () => {
  const wrong = await platform.folder('wrong', { 'index.mjs': SOURCE(1) });
  await expect(deploy(wrong, { name: 'wrong', role: 'no-role' })).rejects.toMatchObject({
    code: 'LLX_AWS_FAILED',
    message: expect.stringContaining('lambda:CreateFunction'),
  });
});

test('an emulator that ends in the middle is told as such', async () => {
  await expect(deploy(greet, { endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
  });
});

describe('in AWS', () => {
  // AWS_ENDPOINT_URL puts the emulator in its place, as for every AWS tool.
  const AWS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  beforeAll(async () => {
    Object.assign(process.env, AWS, { AWS_ENDPOINT_URL: platform.endpoint });
    const directory = await platform.folder('remote', { 'index.mjs': SOURCE(1) });
    await deploy(directory, { name: 'remote' });
  });
  afterAll(() => {
    for (const name of [...Object.keys(AWS), 'AWS_ENDPOINT_URL']) delete process.env[name];
  });

  /** What becomes of `llx delete remote --aws` at a terminal where this is typed. */
  const typing = (typed: string) =>
    platform.run((surroundings) => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      stdin.write(`${typed}\n`);
      const env = { ...surroundings.env, ...AWS };
      return runDelete('remote', { aws: true }, { ...surroundings, env, stdin });
    });

  test('a function is deleted once its name was typed, and not by another name', async () => {
    await expect(typing('y')).rejects.toMatchObject({
      code: 'LLX_USAGE',
      mend: 'llx delete remote --aws --yes',
    });
    expect(await typing('remote')).toEqual({
      code: 0,
      stdout: `remote is deleted at ${platform.endpoint} (as AWS), with its versions, aliases and URLs\n`,
      stderr: `remote would be gone from ${platform.endpoint} (as AWS) for good. Its name, to delete it: `,
    });
  });

  test('whoever interrupts the question deletes nothing', async () => {
    const directory = await platform.folder('remote', { 'index.mjs': SOURCE(1) });
    await deploy(directory, { name: 'remote' });
    const asked = platform.run((surroundings) => {
      const stderr = { write: () => process.emit('SIGINT') };
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      const env = { ...surroundings.env, ...AWS };
      return runDelete('remote', { aws: true }, { ...surroundings, stderr, env, stdin });
    });
    await expect(asked).rejects.toMatchObject({ code: 'LLX_INTERRUPTED', exitCode: 130 });
    const { stdout } = await platform.run((surroundings) => runList({ json: true }, surroundings));
    expect(stdout).toContain('"function":"remote"');
  });
});
