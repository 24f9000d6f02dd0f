import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin, type LlxProcess, lambdaClient, runLlx, startLlx } from '../support/llx-process.ts';

let directory: string;
let llx: LlxProcess;
/** What a shell has after `eval "$(llx env)"`, or with the keys of a server. */
let shell: Readonly<Record<string, string>>;

const PORTS = ['--mqtt-port', '0', '--wss-port', '0', '--mtls-port', '0'];
const NO_FILES = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

const GREET = (
  version: number,
) => `export const handler = async (event: { name?: string; rawPath?: string }) => {
  console.log('greeting', version(), event.name ?? event.rawPath);
  return event.rawPath === undefined ? { version: version() } : \`greeting \${version()}\`;
};
const version = (): number => ${version};
`;

/** A function that needs no runtime of Lambda's: it speaks the Runtime API itself. */
const BOOTSTRAP = `#!/usr/bin/env node
const api = \`http://\${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation\`;
for (;;) {
  const next = await fetch(\`\${api}/next\`);
  const { rawPath, body } = await next.json();
  const answer = JSON.stringify({ statusCode: 201, body: \`\${rawPath} \${body}\` });
  await fetch(\`\${api}/\${next.headers.get('lambda-runtime-aws-request-id')}/response\`, { method: 'POST', body: answer });
}
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-walkthrough-'));
  await write('greet/index.ts', GREET(1));
  await write('native/bootstrap', BOOTSTRAP);
  await chmod(join(directory, 'native', 'bootstrap'), 0o755);
  llx = await startLlx(['emulator', '--port', '0', ...PORTS], { cwd: directory, env: serverEnv() });
  shell = { ...NO_FILES, AWS_ENDPOINT_URL: llx.ready.endpoint };
});

afterAll(async () => {
  await llx.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

const serverEnv = () => ({ LLX_MASTER_KEY_FILE: join(directory, 'master.key') });

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), content);
}

/** Runs a command; gives what it printed, and fails where it did. */
async function run(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runLlx(args, { cwd: directory, env: shell });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const json = async (...args: readonly string[]) => JSON.parse(await run(...args, '--json'));

/** A GET of a function's host name, which Node.js may not be able to resolve. */
function get(agent?: Agent, name = 'greet'): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(llx.ready.endpoint);
  const options = {
    headers: { host: `${name}.localhost:${port}` },
    ...(agent === undefined ? {} : { agent }),
  };
  return new Promise((resolve, reject) => {
    request(llx.ready.endpoint, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    })
      .once('error', reject)
      .end();
  });
}

/** Four clients that ask without a pause while something is done; gives what they were answered. */
async function underLoad(work: () => Promise<unknown>): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true });
  const answers: string[] = [];
  const state = { done: false };
  const client = async (): Promise<void> => {
    for (let isLast = false; !isLast; ) {
      // One more that begins when it is done: it has to see what was done.
      isLast = state.done;
      const { status, body } = await get(agent);
      answers.push(`${status} ${body}`);
    }
  };
  const clients = [client(), client(), client(), client()];
  try {
    await work();
  } finally {
    state.done = true;
    await Promise.all(clients);
    agent.destroy();
  }
  return answers;
}

/** Older ones ask the system's resolver: https://github.com/curl/curl/pull/9296 */
const CURL = await promisify(execFile)('curl', ['--version']).then(
  ({ stdout }) => {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) * 100 + Number(minor) >= 785;
  },
  () => false,
);

// What docs/deploy.md does, in its order: each test goes on where the one before has ended.
describe('a platform on one machine', () => {
  test('deploys a folder of TypeScript, live at its own host name', async () => {
    const { port } = new URL(llx.ready.endpoint);
    const url = await run('deploy', 'greet', '--name', 'greet', '--env', 'STAGE=prod');
    expect(url).toBe(`http://greet.localhost:${port}\n`);
    expect(await get()).toEqual({ status: 200, body: 'greeting 1' });
  });

  test.skipIf(!CURL)(
    `answers curl, which knows that such names are this machine${CURL ? '' : ' (skipped: no curl 7.85)'}`,
    async () => {
      const { port } = new URL(llx.ready.endpoint);
      const { stdout } = await promisify(execFile)('curl', ['-sS', `http://greet.localhost:${port}/hello`]);
      expect(stdout).toBe('greeting 1');
    },
  );

  test('answers llx invoke and the AWS SDK', async () => {
    expect(await run('invoke', 'greet', '--qualifier', 'live', '--data', '{"name":"Ada"}')).toBe(
      '{"version":1}\n',
    );
    const client = lambdaClient(llx.ready.endpoint);
    const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'greet:live', Payload: '{}' }));
    client.destroy();
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual({ version: 1 });
  });

  test('deploys a program that speaks the Runtime API', async () => {
    const { runtime, version } = await json('deploy', 'native', '--name', 'native');
    expect([runtime, version]).toEqual(['provided.al2023', '1']);
    expect(await get(undefined, 'native')).toEqual({ status: 201, body: '/ undefined' });
  });

  test('shows the log of a function while a schedule runs it', async () => {
    const args = ['logs', 'greet', '--follow', '--json', '--filter', 'scheduled'];
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: directory,
      env: { ...process.env, ...shell },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const logged = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? '');
      const line = { type: 'log', message: expect.stringContaining('greeting 1 scheduled') };
      // A rate's first run is at once.
      await run('schedule', 'greet', '--rate', '1 hour', '--input', '{"name":"scheduled"}');
      expect(await logged()).toMatchObject(line);
      // The next one would be an hour away.
      await run('schedule', 'run', 'greet');
      expect(await logged()).toMatchObject(line);
    } finally {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
  });

  test('deploys a second version, and goes back, under load without a failed request', async () => {
    await write('greet/index.ts', GREET(2));
    const forth = await underLoad(async () => {
      expect(await json('deploy', 'greet', '--name', 'greet')).toMatchObject({ version: '2' });
    });
    expect([...new Set(forth)].sort()).toEqual(['200 greeting 1', '200 greeting 2']);
    // Whoever asks after the command has ended gets the new version, and no other one.
    expect(await get()).toEqual({ status: 200, body: 'greeting 2' });
    const back = await underLoad(() => run('rollback', 'greet'));
    expect([...new Set(back)].sort()).toEqual(['200 greeting 1', '200 greeting 2']);
    expect(await get()).toEqual({ status: 200, body: 'greeting 1' });
  });

  test('has everything in place after it was killed and started again', async () => {
    const before = [await run('list', '--json'), await run('versions', 'greet', '--json')];
    llx.child.kill('SIGKILL');
    await llx.exit;
    // From now on with keys alone: the development key opens nothing any more.
    const { port } = new URL(llx.ready.endpoint);
    const key = await json('keys', 'create', 'ci', '--master-key', serverEnv().LLX_MASTER_KEY_FILE);
    const start = ['emulator', '--port', port, '--no-dev-key', ...PORTS];
    llx = await startLlx(start, { cwd: directory, env: serverEnv() });
    shell = { ...shell, AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
    expect(await get()).toEqual({ status: 200, body: 'greeting 1' });
    expect([await run('list', '--json'), await run('versions', 'greet', '--json')]).toEqual(before);
    expect(await json('schedule', 'list')).toMatchObject({ name: 'greet' });
  });

  test('refuses who has no key to it, with a wrong one or none at all', async () => {
    const strangers = [
      [{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'LLX_CREDENTIALS_MISSING'],
      [{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }, 'LLX_CREDENTIALS_REFUSED'],
    ] as const;
    for (const [keys, error] of strangers) {
      const env = { ...shell, ...keys };
      const { code, stderr } = await runLlx(['delete', 'greet'], { cwd: directory, env });
      expect([code, stderr.split(':')[0]]).toEqual([2, error]);
    }
    const unsigned = await fetch(`${llx.ready.endpoint}/2015-03-31/functions`);
    expect(unsigned.status).toBe(403);
  });

  test('with --aws a command asks for what AWS wants: a role, a confirmation, a signature', async () => {
    // AWS's endpoint is the emulator here, as AWS_ENDPOINT_URL leads every AWS tool there.
    const aws = { cwd: directory, env: { ...shell, AWS_REGION: 'us-east-1' } };
    const role = await runLlx(['deploy', 'greet', '--name', 'other', '--aws'], aws);
    expect([role.code, role.stderr.split('\n')[1]]).toEqual([
      2,
      'LLX_USAGE: Expected the role of the new function other, found none.',
    ]);
    const confirmation = await runLlx(['delete', 'greet', '--aws'], aws);
    expect([confirmation.code, confirmation.stderr.split('\n')[0]]).toEqual([
      2,
      'LLX_USAGE: Expected a confirmation that greet is to be deleted from AWS, found no terminal to ask at.',
    ]);
    const named = ['--role', 'arn:aws:iam::000000000000:role/any', '--aws', '--json'];
    const { stdout } = await runLlx(['deploy', 'greet', '--name', 'other', ...named], aws);
    expect(JSON.parse(stdout)).toMatchObject({ version: '1', urlAccess: 'iam' });
    expect((await get(undefined, 'other')).status).toBe(403);
    const invoked = await runLlx(['invoke', 'other', '--data', '{}', '--aws'], aws);
    expect(invoked).toEqual({ code: 0, stdout: '{"version":2}\n', stderr: '' });
  });

  test('deletes a function, and nobody is answered by it any more', async () => {
    expect(await run('delete', 'greet')).toMatch(/^greet is deleted at http/);
    expect((await get()).status).toBe(403);
    expect(
      (await run('list', '--json'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).function),
    ).toEqual(['native', 'other']);
  });
});
