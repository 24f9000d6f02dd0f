import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { developerClient, type StartSession, startLive, startOffline } from '../support/dev-session.ts';
import { bin, projectDirectory, runLlx } from '../support/llx-process.ts';
import { copyProject } from '../support/project-copy.ts';

const run = promisify(execFile);
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** What the developer has: keys in the environment, and others in a profile. */
const DEVELOPER = {
  AWS_ACCESS_KEY_ID: 'AKIADEVELOPER0000001',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const PROFILE_SECRET = 'profile+secret/of/the/developer';

let project: Awaited<ReturnType<typeof copyProject>>;
let home: string;
let env: Readonly<Record<string, string>>;
/** Everything that came out: a name for each, and its text. */
let outputs: Map<string, string>;

beforeEach(async () => {
  project = await copyProject(join(projectDirectory, '..', 'secrets-project'));
  home = await mkdtemp(join(tmpdir(), 'llx-home-'));
  await writeFile(join(home, 'issued'), '');
  await mkdir(join(home, '.aws'));
  await writeFile(
    join(home, '.aws', 'credentials'),
    `[default]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = ${PROFILE_SECRET}\n`,
  );
  env = { ...DEVELOPER, HOME: home };
  outputs = new Map();
});

afterEach(async () => {
  await project.remove();
  await rm(home, { recursive: true, force: true });
});

/** Everything that handlers know of themselves was written here by them. */
async function issuedSecrets(): Promise<readonly string[]> {
  const text = await readFile(join(home, 'issued'), 'utf8');
  return [...new Set(text.split('\n'))].filter((line) => line !== '');
}

/** Invokes what uses its keys, prints them, and is refused with them. */
async function invokeAll(endpoint: string): Promise<void> {
  const client = developerClient(endpoint, DEVELOPER);
  const Payload = JSON.stringify({ file: join(home, 'issued') });
  const answers: Record<string, unknown> = {};
  for (const FunctionName of ['uses', 'prints', 'refused']) {
    // A stub that has not reached the broker yet, as on a busy machine, runs what is deployed.
    const answered = expect.poll(
      async () => {
        const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
        answers[FunctionName] = JSON.parse(new TextDecoder().decode(answer.Payload));
        return answers[FunctionName];
      },
      { timeout: 15_000 },
    );
    await answered.not.toBe('deployed');
  }
  client.destroy();
  expect(answers).toEqual({
    uses: expect.stringContaining(':assumed-role/keys-role/'),
    prints: null,
    refused: expect.objectContaining({ errorType: 'AccessDeniedException' }),
  });
}

/** What STS gives a session for its handlers. */
async function roleSecret(endpoint: string): Promise<string> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = DEVELOPER;
  const sts = new STSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  const RoleArn = 'arn:aws:iam::000000000000:role/keys-role';
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'llx' }));
  sts.destroy();
  return Credentials?.SecretAccessKey ?? '';
}

/** Fails with the name of each output in which a secret is, and with which: never with the secret itself. */
async function expectNoSecrets(): Promise<void> {
  await readFiles(join(project.directory, '.llx'));
  await readFiles(join(project.directory, 'fixtures'));
  const issued = await issuedSecrets();
  const secrets = [DEVELOPER.AWS_SECRET_ACCESS_KEY, PROFILE_SECRET, ...issued];
  const found = [...outputs].flatMap(([output, text]) =>
    secrets.flatMap((secret, index) => (isIn(text, secret) ? [`secret ${index} in ${output}`] : [])),
  );
  expect(found).toEqual([]);
}

/** Also where it is URL-encoded, or broken into lines by a screen. */
function isIn(text: string, secret: string): boolean {
  const whole = text.replaceAll(/\s+/g, '');
  return [secret, encodeURIComponent(secret)].some(
    (spelled) => text.includes(spelled) || whole.includes(spelled),
  );
}

async function readFiles(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    outputs.set(path, await readFile(path, 'latin1'));
  }
}

describe.each<{ readonly way: string; readonly start: StartSession }>([
  { way: 'dev --offline', start: startOffline },
  { way: 'dev --endpoint', start: startLive },
])('no secret of developer or function is in what llx $way leaves', ({ start }) => {
  test('on stdout and stderr, in its files, in fixtures', async () => {
    const { endpoint, processes, stop } = await start({ cwd: project.directory, env, flags: ['--verbose'] });
    await invokeAll(endpoint);
    await stop();
    for (const [index, { lines, stderr }] of processes.entries()) {
      outputs.set(`stdout of process ${index}`, JSON.stringify(lines));
      outputs.set(`stderr of process ${index}`, stderr());
    }
    expect(outputs.get('stdout of process 0')).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI');
    await expectNoSecrets();
  }, 60_000);
});

describe('no secret is in what other commands show', () => {
  test('errors of wrong use', async () => {
    for (const args of [
      ['dev', '--offline', '--port', DEVELOPER.AWS_ACCESS_KEY_ID],
      ['invoke', 'nobody'],
      ['dev', '--endpoint', 'http://127.0.0.1:1'],
    ]) {
      const { stdout, stderr } = await runLlx(args, { cwd: project.directory, env });
      outputs.set(args.join(' '), stdout + stderr);
    }
    await expectNoSecrets();
  }, 30_000);

  test('an emulator alone, whose deployed code throws its keys', async () => {
    const args = ['emulator', '--port', '0', '--mqtt-port', '0', '--plain', '--verbose'];
    const emulator = spawn(process.execPath, [bin, ...args], {
      cwd: project.directory,
      env: { ...process.env, ...env },
    });
    let text = '';
    for (const stream of [emulator.stdout, emulator.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
    try {
      await expect.poll(() => text, { timeout: 15_000 }).toMatch(/http:\S+/);
      const endpoint = /http:\S+/.exec(text)?.[0] ?? '';
      const given = await roleSecret(endpoint);
      await appendFile(join(home, 'issued'), `${given}\n`);
      const client = developerClient(endpoint, DEVELOPER);
      const Payload = JSON.stringify({ file: join(home, 'issued'), given });
      await client.send(new InvokeCommand({ FunctionName: 'throws', Payload }));
      client.destroy();
      await expect.poll(() => text, { timeout: 15_000 }).toContain('the keys are');
      outputs.set('the screen of the emulator', text);
      expect(await issuedSecrets()).toHaveLength(3);
      await expectNoSecrets();
    } finally {
      emulator.kill('SIGTERM');
      await once(emulator, 'exit');
    }
  }, 60_000);

  test.skipIf(!hasTmux)(
    hasTmux ? 'the screen, with what was on it before' : 'skipped: no tmux',
    async () => {
      const inTmux = async (...args: readonly string[]): Promise<string> =>
        (await run('tmux', ['-S', join(home, 'tmux'), '-f', '/dev/null', ...args])).stdout;
      const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const command = [
        'env',
        '-u',
        'CI',
        ...assignments,
        process.execPath,
        bin,
        'dev',
        '--offline',
        '--mqtt-port',
        '0',
      ];
      const port = 20_000 + (process.pid % 10_000);
      try {
        await inTmux(
          'new-session',
          '-d',
          '-s',
          'llx',
          '-x',
          '200',
          '-y',
          '60',
          '-c',
          project.directory,
          ...command,
          '--port',
          String(port),
        );
        const screen = () => inTmux('capture-pane', '-p', '-J', '-S', '-', '-t', 'llx');
        await expect.poll(screen, { timeout: 15_000 }).toContain('connected');
        await invokeAll(`http://127.0.0.1:${port}`);
        outputs.set('list', await screen());
        await inTmux('send-keys', '-t', 'llx', '/', 'fn:prints', 'Enter', 'l');
        await expect.poll(screen, { timeout: 15_000 }).toContain('the keys are');
        outputs.set('logs', await screen());
        await inTmux('send-keys', '-t', 'llx', 'G');
        await expect.poll(screen, { timeout: 15_000 }).toContain('AWS_CONTAINER_AUTHORIZATION_TOKEN');
        outputs.set('end of the logs', await screen());
        await expectNoSecrets();
      } finally {
        await inTmux('kill-server').catch(() => undefined);
      }
    },
    60_000,
  );
});
