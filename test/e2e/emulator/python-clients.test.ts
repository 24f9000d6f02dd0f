import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLE, zipOf } from '../../support/deployed-code.ts';
import { type LlxProcess, startLlx } from '../../support/llx-process.ts';

const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;
const cli = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const hasCli = cli.status === 0;
/** `aws logs tail` is of its second major version. */
const hasTail = hasCli && cli.stdout.startsWith('aws-cli/2');

let directory: string;
let llx: LlxProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-python-clients-'));
  llx = await startLlx(['emulator', '--port', '0', '--mqtt-port', '0'], { cwd: directory });
});

afterAll(async () => {
  await llx.stop();
  await rm(directory, { recursive: true });
});

/** What a program prints that has the emulator's address and keys in its environment, and nothing of this machine's. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: llx.ready.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PAGER: '',
    },
  });
  return stdout;
}

test.skipIf(!hasBoto3)(
  hasBoto3 ? 'boto3 believes it' : 'boto3 believes it (skipped: no boto3)',
  { timeout: 60_000 },
  async () => {
    const found = JSON.parse(await run('python3', [join(import.meta.dirname, 'boto3-tour.py')]));
    expect(found).toEqual({
      identity: 'arn:aws:iam::000000000000:root',
      answer: { n: 1 },
      configuration: 'nodejs24.x',
      'unknown queue': 'AWS.SimpleQueueService.NonExistentQueue',
      lines: true,
      metrics: true,
      'unknown function':
        'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nowhere:$LATEST',
      'not implemented': 'NotImplementedException',
    });
  },
);

describe.skipIf(!hasCli)(hasCli ? 'the AWS CLI' : 'the AWS CLI (skipped: no aws on PATH)', () => {
  const aws = async (...args: string[]): Promise<unknown> => {
    // For SQS its first major version does not look at AWS_ENDPOINT_URL.
    const endpoint = ['--endpoint-url', llx.ready.endpoint];
    const text = await run('aws', [...args, ...endpoint, '--output', 'json']);
    return text === '' ? undefined : JSON.parse(text);
  };

  test('deploys, invokes, lists and deletes', { timeout: 60_000 }, async () => {
    await writeFile(
      join(directory, 'cli.zip'),
      await zipOf({
        'index.mjs': 'export const handler = async (event) => { console.log("seen"); return event; };',
      }),
    );
    const create = ['--function-name', 'cli', '--runtime', 'nodejs24.x', '--handler', 'index.handler'];
    await aws('lambda', 'create-function', ...create, '--role', ROLE, '--zip-file', 'fileb://cli.zip');
    await aws('lambda', 'wait', 'function-active-v2', '--function-name', 'cli');
    const out = join(directory, 'out.json');
    // Its two major versions take a payload on the command line in different ways.
    await writeFile(join(directory, 'event.json'), '{"n":1}');
    await aws('lambda', 'invoke', '--function-name', 'cli', '--payload', 'fileb://event.json', out);
    expect(JSON.parse(await run('cat', [out]))).toEqual({ n: 1 });
    const { Functions } = (await aws('lambda', 'list-functions')) as {
      Functions: { FunctionName: string }[];
    };
    expect(Functions.map(({ FunctionName }) => FunctionName)).toContain('cli');
    const readLog = hasTail
      ? ['logs', 'tail', '/aws/lambda/cli', '--format', 'short']
      : ['logs', 'filter-log-events', '--log-group-name', '/aws/lambda/cli'];
    await expect.poll(() => run('aws', readLog), { timeout: 20_000 }).toContain('seen');
    await aws('lambda', 'delete-function', '--function-name', 'cli');
  });

  test('sends and receives', { timeout: 60_000 }, async () => {
    const { QueueUrl } = (await aws('sqs', 'create-queue', '--queue-name', 'cli')) as { QueueUrl: string };
    await aws('sqs', 'send-message', '--queue-url', QueueUrl, '--message-body', 'hello');
    const { Messages } = (await aws('sqs', 'receive-message', '--queue-url', QueueUrl)) as {
      Messages: { Body: string }[];
    };
    expect(Messages.map(({ Body }) => Body)).toEqual(['hello']);
  });
});
