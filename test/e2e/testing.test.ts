import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OfflineProject, ProjectOptions, StartProject } from '../../src/cli/offline-project/project.ts';
import { copyProject } from '../support/project-copy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
/** As a test of somebody who has installed llx gets it. */
const { startLlx }: { readonly startLlx: StartProject } = require('llx/testing');

const FUNCTIONS = {
  echo: { handler: 'src/functions.echo', environment: { STAGE: 'configured' } },
  fails: { handler: 'src/functions.fails' },
  text: { handler: 'src/functions.text' },
  bytes: { handler: 'src/functions.bytes' },
  waits: { handler: 'src/functions.waits', timeout: 900 },
  draws: { handler: 'src/functions.draws' },
  calls: { handler: 'src/functions.calls', timeout: 30 },
  slow: { handler: 'src/slow-start.answers', timeout: 1 },
  late: { handler: 'src/slow-start.overruns', timeout: 1 },
};

let copy: Awaited<ReturnType<typeof copyProject>>;
let llx: OfflineProject;

function start(options: ProjectOptions = {}): Promise<OfflineProject> {
  return startLlx({ directory: copy.directory, functions: FUNCTIONS, ...options });
}

beforeAll(async () => {
  copy = await copyProject(fileURLToPath(new URL('testing-project', import.meta.url)));
  llx = await start();
});

afterAll(async () => {
  await llx.close();
  await copy.remove();
});

beforeEach(() => llx.clear());

describe('an invocation', () => {
  test('gives the answer, the log lines, and that nothing else was done', async () => {
    const clientContext = { custom: { a: 1 } };
    const { requestId, durationMs, ...rest } = await llx.invoke('echo', { id: 7 }, { clientContext });
    expect(rest).toEqual({
      functionName: 'echo',
      answer: { event: { id: 7 }, clientContext, stage: 'configured', invocations: 1 },
      logs: [expect.stringMatching(new RegExp(`\\t${requestId}\\tINFO\\tgot {"id":7}$`))],
      calls: [],
      coldStart: true,
    });
    expect(durationMs).toBeGreaterThan(0);
    expect((await llx.invoke('echo')).answer).toEqual({ event: {}, stage: 'configured', invocations: 2 });
    expect((await llx.invoke('echo', null)).answer).toMatchObject({ event: null });
    expect((await llx.invoke('text', null)).answer).toBe('plain');
    // What a stream gives that is no text: any other bytes must be another answer.
    expect((await llx.invoke('bytes', [0xff, 0xfe])).answer).toBe('//4=');
  });

  test('that fails is an answer with the error at its place in the source, and what was printed', async () => {
    const { answer, error, failedBecause, logs } = await llx.invoke('fails');
    expect({ answer, failedBecause, error }).toEqual({
      answer: undefined,
      failedBecause: 'handler',
      error: {
        errorType: 'TypeError',
        errorMessage: 'no such order',
        stackTrace: [
          'TypeError: no such order',
          `    at fails (${join(copy.directory, 'src', 'functions.ts')}:21:9)`,
        ],
      },
    });
    expect(logs).toEqual([
      expect.stringContaining('\tERROR\tabout to fail'),
      expect.stringContaining('\tERROR\tInvoke Error'),
    ]);
  });

  test('has its timeout for the handler: what is built and started before is beside it', async () => {
    const [slow, late] = await Promise.all([llx.invoke('slow'), llx.invoke('late')]);
    expect(slow).toMatchObject({ answer: 'in time', coldStart: true });
    expect(late).toMatchObject({
      failedBecause: 'timeout',
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 1.00 seconds`,
      },
    });
  });

  test('of what is no function says which there are', async () => {
    await expect(llx.invoke('nobody')).rejects.toMatchObject({
      code: 'LLX_FUNCTION_UNKNOWN',
      message:
        "Expected a function of the project, found 'nobody'. There are: echo, fails, text, bytes, waits, draws, calls, slow, late.",
    });
  });

  test('ends with the reason of its signal', async () => {
    const leaving = new AbortController();
    const waiting = llx.invoke('waits', {}, { signal: leaving.signal });
    leaving.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('what functions do', () => {
  const DONE = [
    { type: 'sendMessage', queue: 'orders', body: '{"id":7}', attributes: { kind: 'new', bytes: 'AQI=' } },
    { type: 'sendMessage', queue: 'orders', body: 'a', attributes: {} },
    { type: 'sendMessage', queue: 'orders', body: 'b', attributes: {} },
    { type: 'publish', topic: 'orders/7/created', payload: Buffer.from('{"id":7}') },
    { type: 'invoke', functionName: 'draws', payload: Buffer.from('{"from":"calls"}') },
  ];

  test('is seen: messages sent and published, functions invoked', async () => {
    const { calls, error } = await llx.invoke('calls', { mqtt: llx.mqtt });
    expect(error).toBeUndefined();
    expect(calls).toEqual(DONE);
    expect(llx.calls()).toEqual(DONE);
  });

  test('is theirs alone: what a test sends is none of it', async () => {
    const sqs = new SQSClient(clientOptions(llx));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'own' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'mine' }));
    sqs.destroy();
    expect(llx.calls()).toEqual([]);
  });

  test('is known of each invocation, where several run', async () => {
    const invoked = await Promise.all([
      llx.invoke('calls', { mqtt: llx.mqtt }, { seed: 1 }),
      llx.invoke('echo', {}),
    ]);
    const sent = invoked.map(({ calls }) => calls.filter(({ type }) => type !== 'publish').length);
    expect(sent).toEqual([4, 0]);
  });

  test('and prints is kept until it is cleared, by function', async () => {
    await llx.invoke('echo', 1);
    await llx.invoke('fails');
    expect(llx.logs('echo').map(({ text }) => text.split('\t').at(-1))).toEqual(['got 1']);
    expect(llx.logs().map(({ functionName }) => functionName)).toEqual(['echo', 'fails', 'fails']);
    llx.clear();
    expect([llx.logs(), llx.calls()]).toEqual([[], []]);
  });
});

describe('a fixed clock and seed', () => {
  const world = { clock: '2020-02-03T04:05:06Z', seed: 7 };

  test('give the same answer at each run, in all that the invocation causes', async () => {
    const drawn = (await llx.invoke('draws', {}, world)).answer;
    expect(drawn).toMatchObject({ at: '2020-02-03T04:05:06.000Z' });
    expect((await llx.invoke('draws', {}, { ...world, clock: new Date(world.clock) })).answer).toEqual(drawn);
    // Signed at that time, years ago.
    const { answer, calls } = await llx.invoke('calls', { mqtt: llx.mqtt }, world);
    expect(answer).toEqual(drawn);
    expect(calls).toHaveLength(5);
    expect((await llx.invoke('draws')).answer).not.toMatchObject({ at: '2020-02-03T04:05:06.000Z' });
  });

  test('that are none are refused', async () => {
    await expect(llx.invoke('draws', {}, { clock: 'tomorrow' })).rejects.toMatchObject({ code: 'LLX_USAGE' });
    await expect(start({ seed: 0.5 })).rejects.toMatchObject({ code: 'LLX_USAGE' });
  });
});

describe('a project', () => {
  test('is beside others in the same process and folder, and leaves nothing when it is closed', async () => {
    const folders = (): string[] => readdirSync(join(copy.directory, '.llx')).sort();
    const before = { children: await children(), folders: folders() };
    const lines: string[] = [];
    const second = await start({
      only: ['echo', 'draws'],
      environment: { STAGE: 'given' },
      clock: '2001-02-03T04:05:06Z',
      onLog: ({ functionName }) => lines.push(functionName),
    });
    expect(second.endpoint).not.toBe(llx.endpoint);
    expect(second.functions.map(({ name }) => name)).toEqual(Object.keys(FUNCTIONS));
    expect((await second.invoke('echo')).answer).toMatchObject({ stage: 'given', invocations: 1 });
    expect((await second.invoke('draws')).answer).toMatchObject({ at: '2001-02-03T04:05:06.000Z' });
    expect(lines).toEqual(['echo']);
    // What is not chosen runs, as the deployed code.
    expect((await second.invoke('text')).answer).toBe('plain');
    expect(llx.logs()).toEqual([]);
    const lambda = new LambdaClient(clientOptions(second));
    expect((await lambda.send(new ListFunctionsCommand())).Functions).toHaveLength(9);
    lambda.destroy();
    const waiting = second.invoke('waits');
    const told = expect(waiting).rejects.toMatchObject({ code: 'LLX_UNREACHABLE' });
    await Promise.all([second.close(), second.close(), told]);
    await expect(second.invoke('echo')).rejects.toMatchObject({ code: 'LLX_UNREACHABLE' });
    expect({ children: await children(), folders: folders() }).toEqual(before);
    for (const url of [second.endpoint, second.mqtt]) await expect(canConnect(url)).resolves.toBe(false);
  });

  test('that cannot be found, or whose start is given up, leaves nothing either', async () => {
    const before = await children();
    const nowhere = await mkdtemp(join(tmpdir(), 'llx-nowhere-'));
    await expect(startLlx({ directory: nowhere })).rejects.toMatchObject({ code: 'LLX_CONFIG_MISSING' });
    await rm(nowhere, { recursive: true });
    await expect(start({ only: ['nobody'] })).rejects.toMatchObject({ code: 'LLX_FUNCTION_UNKNOWN' });
    await expect(start({ signal: AbortSignal.abort(new Error('given up')) })).rejects.toThrow('given up');
    const giving = new AbortController();
    const starting = start({ signal: giving.signal });
    setImmediate(() => giving.abort(new Error('given up')));
    await expect(starting).rejects.toThrow('given up');
    expect(await children()).toEqual(before);
  });

  test('works in a context of its own, as Jest has one', async () => {
    const file = join(root, 'dist', 'testing.cjs');
    const module = { exports: {} as { readonly startLlx?: StartProject } };
    const context = createContext({ module, require, process, __dirname: join(root, 'dist') });
    runInContext(readFileSync(file, 'utf8'), context);
    const there = await module.exports.startLlx?.({ directory: copy.directory, functions: FUNCTIONS });
    expect((await there?.invoke('text'))?.answer).toBe('plain');
    await there?.close();
  });
});

describe('the example of docs/testing.md', () => {
  test('is that of examples/hello, and passes', async () => {
    const example = await readFile(join(root, 'examples', 'hello', 'test', 'hello.test.ts'), 'utf8');
    expect(await readFile(join(root, 'docs', 'testing.md'), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\``);
    const directory = await mkdtemp(join(tmpdir(), 'llx-example-'));
    try {
      await cp(join(root, 'examples', 'hello'), directory, { recursive: true });
      await mkdir(join(directory, 'node_modules'));
      await symlink(root, join(directory, 'node_modules', 'llx'));
      const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
        cwd: directory,
        env: { PATH: process.env.PATH },
      });
      expect(stdout).toMatch(/^# pass 2$/m);
      expect(stdout).toMatch(/^# fail 0$/m);
    } finally {
      await rm(directory, { recursive: true, maxRetries: 5 });
    }
  });
});

/** Without esbuild's, which is one for all builds of a process and stays. */
async function children(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,pid=,args=']);
  const own = new RegExp(`^ *${process.pid} (?!.*(?:esbuild|ps -A))`);
  return stdout.split('\n').filter((line) => own.test(line));
}

function canConnect(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

function clientOptions({ variables }: OfflineProject) {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = variables;
  return {
    endpoint: AWS_ENDPOINT_URL ?? '',
    region: AWS_REGION ?? '',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  };
}
