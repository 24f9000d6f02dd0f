import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workerProfile } from '../generation-workers.ts';
import type { FunctionSpec } from '../invocation.ts';
import { describeWorker } from '../worker.contract.ts';
import { codeOf, functionSpec, invoke, REQUEST_ID } from '../worker.test-support.ts';
import type { LoadOutcome, Worker } from '../worker.ts';
import { type ContainerEngine, dockerEngine } from './container-engine.ts';
import {
  dockerSkipped,
  noDockerEngine,
  TEST_IMAGE,
  TEST_NETWORK,
  TestEngine,
} from './docker-engine.test-support.ts';
import {
  type ContainerWorkerOptions,
  createContainerWorkers,
  OWNER_LABEL,
  sweepContainers,
} from './spawn-container-worker.ts';

let testEngine: TestEngine;
let engine: ContainerEngine;
let bootstrapFile: string;
const workers: Worker[] = [];

describe.skipIf(noDockerEngine !== undefined)(`a container${dockerSkipped}`, () => {
  beforeAll(async () => {
    testEngine = await TestEngine.start();
    engine = await dockerEngine({ socketPath: testEngine.socketPath });
    bootstrapFile = await testEngine.bootstraps();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await testEngine.close();
  }, 60_000);

  describeWorker('Node.js in a container', {
    settings: {},
    handlerOf: (name) => `contract.mjs.${name}`,
    options: {},
    spawnWorker: (profile) => spawner()(profile),
    isRunning: (_, pid) => isRunningInContainer(pid),
  });

  test('has nothing to write to but /tmp, and no rights to take', async () => {
    const worker = await load('isolation.mjs.look');
    expect((await invoke(worker)).answer).toEqual({
      written: { '/var/task/x': 'EROFS', '/x': 'EROFS', '/tmp/x': 'written' },
      root: '/var/task',
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
      home: '/tmp',
    });
  });

  test('waits for the next invocation of a function that had one, and is taken for it', async () => {
    const warm = createContainerWorkers({
      engine,
      bootstrapFile,
      images: { default: TEST_IMAGE },
      network: TEST_NETWORK,
      initTimeoutMs: 60_000,
      warm: 1,
    });
    const spec = functionSpec({ handler: 'contract.mjs.counts', name: 'warm' });
    const next = async (): Promise<Worker> => {
      const worker = warm.spawnWorker(workerProfile(spec));
      workers.push(worker);
      await worker.load(spec, codeOf(spec.handler));
      return worker;
    };
    const first = await next();
    const filters = { label: ['dev.llx.function=warm'] };
    const pids = async (): Promise<readonly number[]> => {
      const running = await testEngine.docker.listContainers({ filters });
      const inspected = running.map(({ Id }) => testEngine.docker.getContainer(Id).inspect());
      return (await Promise.all(inspected)).map(({ State }) => State.Pid).sort();
    };
    await expect.poll(async () => (await pids()).length, { timeout: 60_000 }).toBe(2);
    const before = await pids();
    const second = await next();
    expect([first.pid, second.pid].sort()).toEqual(before);
    const { answer, logs } = await invoke(second);
    expect([answer, logs.map(({ text }) => text.replace(/^.*\t/, ''))]).toEqual([1, ['loading']]);
    await Promise.all([first.kill(), second.kill()]);
    await warm.close();
    await expect.poll(pids, { timeout: 60_000 }).toEqual([]);
  }, 120_000);

  test('that another llx left is removed, those of one that runs are not', async () => {
    const own = await load('contract.mjs.echo');
    const left = await testEngine.docker.createContainer({
      Image: TEST_IMAGE,
      Entrypoint: ['sleep', '60'],
      Labels: { [OWNER_LABEL]: `4194305 an-llx-that-was-killed ${hostname()}` },
      HostConfig: { NetworkMode: 'host' },
    });
    await left.start();
    expect(await sweepContainers(engine)).toBe(1);
    await expect(left.inspect()).rejects.toMatchObject({ statusCode: 404 });
    expect((await invoke(own, 1)).answer).toBe(1);
  });

  test('that cannot be made is a failure that says why', async () => {
    const images = { default: 'registry.invalid/no-such:image' };
    const { worker, outcome } = await start('contract.mjs.echo', {}, { images });
    expect([textOf(outcome), worker.alive]).toEqual([
      expect.stringMatching(
        /^Llx\.ContainerUnavailable: no container could be started: .*registry\.invalid/s,
      ),
      false,
    ]);
  });

  test('whose engine is killed in mid-run fails its invocation, and the next one has another as soon as there is an engine', async () => {
    const worker = await load('contract.mjs.sleeps');
    const printed = Promise.withResolvers<void>();
    const running = invoke(worker, {}, { onLog: () => printed.resolve() });
    await printed.promise;
    await testEngine.kill();
    expect(await running).toMatchObject({
      errorType: 'Llx.ContainerLost',
      answer: {
        errorMessage: `RequestId: ${REQUEST_ID} Error: the container engine ended, and with it what is known of this run`,
      },
    });
    expect(await worker.exited).toEqual({ code: null, signal: null, container: 'engine-lost' });
    const { outcome } = await start('contract.mjs.echo');
    expect(textOf(outcome)).toMatch(
      /^Llx\.ContainerUnavailable: no container could be started: .*docker\.sock/s,
    );
    await testEngine.open();
    expect((await invoke(await load('contract.mjs.echo'), 2)).answer).toBe(2);
  }, 60_000);
});

/** `type: message` of a load that failed. */
function textOf(outcome: LoadOutcome): string {
  if (outcome.status === 'ready') return 'ready';
  const { errorMessage }: { errorMessage: string } = JSON.parse(Buffer.from(outcome.payload).toString());
  return `${outcome.errorType}: ${errorMessage}`;
}

function spawner(options: Partial<ContainerWorkerOptions> = {}) {
  const { spawnWorker } = createContainerWorkers({
    engine,
    bootstrapFile,
    images: { default: TEST_IMAGE },
    network: TEST_NETWORK,
    initTimeoutMs: 60_000,
    ...options,
  });
  return spawnWorker;
}

async function start(
  handler: string,
  settings: Partial<FunctionSpec> = {},
  options: Partial<ContainerWorkerOptions> = {},
): Promise<{ readonly worker: Worker; readonly outcome: LoadOutcome }> {
  const spec = functionSpec({ handler, ...settings });
  const worker = spawner(options)(workerProfile(spec));
  workers.push(worker);
  return { worker, outcome: await worker.load(spec, codeOf(handler)) };
}

async function load(...args: Parameters<typeof start>): Promise<Worker> {
  const { worker, outcome } = await start(...args);
  if (outcome.status === 'failed') throw new Error(Buffer.from(outcome.payload).toString());
  return worker;
}

/** Whether a process of any container has this number within it. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html */
function isRunningInContainer(pid: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, numbers = ''] = /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8')) ?? [];
      return (
        /\t/.test(numbers) &&
        numbers.split('\t').at(-1) === String(pid) &&
        readFileSync(`/proc/${name}/comm`, 'utf8') === 'sleep\n'
      );
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
