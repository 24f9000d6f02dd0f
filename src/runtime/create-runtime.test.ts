import { createServer } from 'node:http';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuntime, type RuntimeOptions } from './create-runtime.ts';
import type { BuildEvent, FunctionSpec, InvocationRequest, InvocationResult, Runtime } from './invocation.ts';
import { createSpawnWorker } from './spawn-worker.ts';
import { TemporaryProject } from './test-support/temporary-project.ts';
import type { Worker } from './worker.ts';

const spawnNodeWorker = createSpawnWorker({
  bootstrapFile: fileURLToPath(new URL('./bootstrap/main.ts', import.meta.url)),
});

let project: TemporaryProject;
let runtime: Runtime;
let workers: Worker[];
let events: BuildEvent[];
let onEvent: (() => void)[];

beforeEach(() => {
  project = new TemporaryProject();
  workers = [];
  events = [];
  onEvent = [];
  start();
});

afterEach(async () => {
  await Promise.all([runtime.close(), runtime.close()]);
  expect(workers.filter(({ alive }) => alive)).toEqual([]);
  project.remove();
});

function start(options: Partial<RuntimeOptions> = {}): void {
  runtime = createRuntime({
    spawnWorker(profile) {
      const worker = spawnNodeWorker(profile);
      workers.push(worker);
      return worker;
    },
    buildDirectory: project.path('.llx/build'),
    ...options,
  });
  runtime.onBuild((event) => {
    events.push(event);
    for (const tell of onEvent.splice(0)) tell();
  });
}

/** The next event of this type; those before it are forgotten. */
async function next(type: BuildEvent['type']): Promise<BuildEvent> {
  for (;;) {
    const event = events.shift();
    if (event?.type === type) return event;
    if (!event) await new Promise<void>((resolve) => onEvent.push(resolve));
  }
}

function spec(more: Partial<FunctionSpec> = {}): FunctionSpec {
  const name = more.name ?? 'hello';
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    handler: 'src/hello.handler',
    runtime: 'nodejs24.x',
    timeoutMs: 10_000,
    memoryMb: 256,
    environment: {},
    root: project.root,
    code: 'source',
    ...more,
  };
}

let requests = 0;

function invoke(
  of: FunctionSpec,
  event: unknown = null,
  more: Partial<InvocationRequest> = {},
): Promise<InvocationResult> {
  requests += 1;
  return runtime.invoke(of, {
    requestId: `request-${requests}`,
    invokedFunctionArn: of.arn,
    functionVersion: '$LATEST',
    event: Buffer.from(JSON.stringify(event)),
    remainingMs: of.timeoutMs,
    logGroupName: `/aws/lambda/${of.name}`,
    logStreamName: 'stream',
    ...more,
  });
}

async function answer(...parameters: Parameters<typeof invoke>): Promise<unknown> {
  const { payload } = await invoke(...parameters);
  return JSON.parse(Buffer.from(payload).toString());
}

describe('source', () => {
  test('is built, run, and run again in the same process', async () => {
    project.write(
      'src/hello.ts',
      `const pid: number = await Promise.resolve(process.pid);
       export const nested = { handler: async (event: unknown) => ({ event, pid, stage: process.env.STAGE }) };`,
    );
    const hello = spec({ handler: 'src/hello.nested.handler', environment: { STAGE: 'test' } });
    const steps: string[] = [];
    const first = await answer(hello, { n: 1 }, { onProgress: (step) => steps.push(step) });
    const pid = workers[0]?.pid;
    expect(first).toEqual({ event: { n: 1 }, pid, stage: 'test' });
    expect(steps).toEqual(['building', 'starting', 'running']);
    expect(await answer(hello, { n: 2 })).toEqual({ event: { n: 2 }, pid, stage: 'test' });
  });

  test('that is saved is the code of the next invocation', async () => {
    const save = (n: number) =>
      project.saveByRename('src/hello.ts', `export const handler = async () => ${n};`);
    save(0);
    expect(await answer(spec())).toBe(0);
    for (const n of [1, 2, 3]) {
      save(n);
      await next('changed');
      expect(await answer(spec())).toBe(n);
    }
  });

  test('a running invocation ends with the code that it began with', async () => {
    project.write(
      'src/hello.ts',
      `export const handler = async () => (await fetch(process.env.GATE), 'old');`,
    );
    const gate = await openableGate();
    const hello = spec({ environment: { GATE: gate.url } });
    const old = answer(hello);
    await gate.reached;
    project.write('src/hello.ts', `export const handler = async () => 'new';`);
    await next('changed');
    expect(await answer(hello)).toBe('new');
    gate.open();
    expect(await old).toBe('old');
  });

  test('that does not build is an answer with its place, and a good save heals it', async () => {
    project.write('src/hello.ts', 'export const handler = async () => {');
    expect(await answer(spec())).toEqual({
      errorType: 'Llx.BuildError',
      errorMessage: 'src/hello.ts:1:37: Unexpected end of file',
      trace: [],
    });
    expect(await next('build-failed')).toMatchObject({ functionName: 'hello' });
    project.write('src/hello.ts', `export const handler = async () => 'healed';`);
    await next('built');
    expect(await answer(spec())).toBe('healed');
  });

  test('without a file is an answer that says what was looked for, and heals when the file is there', async () => {
    expect(await answer(spec())).toEqual({
      errorType: 'Llx.BuildError',
      errorMessage: expect.stringMatching(
        /^expected the handler 'src\/hello\.handler' of hello to name a file and an export, found none of \//,
      ),
      trace: [],
    });
    project.write('src/hello.tsx', `export const handler = async () => 'created';`);
    expect(await answer(spec())).toBe('created');
  });

  test('is built once and never watched without `reload`', async () => {
    await runtime.close();
    start({ reload: false });
    project.write('src/hello.ts', 'export const handler = async () => 1;');
    expect(await answer(spec())).toBe(1);
    project.write('src/hello.ts', 'export const handler = async () => 2;');
    expect(await answer(spec())).toBe(1);
  });

  test('is built ahead by `prepare`, and a process is booted', async () => {
    project.write(
      'src/hello.ts',
      'export const handler = async () => 1; export const other = async () => 2;',
    );
    const functions = [
      spec(),
      spec({ name: 'other', handler: 'src/hello.other' }),
      spec({ name: 'none', handler: 'x.y' }),
    ];
    await runtime.prepare(functions);
    expect(events.map(({ type, functionName }) => [type, functionName])).toEqual(
      expect.arrayContaining([
        ['built', 'hello'],
        ['built', 'other'],
        ['build-failed', 'none'],
      ]),
    );
    expect(workers.length).toBe(1);
    expect(await Promise.all(functions.slice(0, 2).map((each) => answer(each)))).toEqual([1, 2]);
  });
});

describe('settings', () => {
  test('that change count from the next invocation on', async () => {
    project.write('src/hello.ts', 'export const handler = async () => process.env.STAGE;');
    expect(await answer(spec({ environment: { STAGE: 'one' } }))).toBe('one');
    expect(await answer(spec({ environment: { STAGE: 'two' } }))).toBe('two');
    expect(await answer(spec({ environment: { STAGE: 'two' } }))).toBe('two');
    expect(events.filter(({ type }) => type === 'built').length).toBe(1);
  });

  test('may name another file', async () => {
    project.write('src/hello.ts', `export const handler = async () => 'hello';`);
    project.write('src/other.ts', `export const handler = async () => 'other';`);
    expect(await answer(spec())).toBe('hello');
    expect(await answer(spec({ handler: 'src/other.handler' }))).toBe('other');
    expect(await answer(spec())).toBe('hello');
  });
});

describe('a package', () => {
  test('runs as it is, versions side by side', async () => {
    project.write('v1/index.js', `exports.handler = async () => __filename.split('/').slice(-2).join('/');`);
    project.write(
      'v2/index.mjs',
      'export const handler = async () => import.meta.url.split("/").slice(-2).join("/");',
    );
    const version = (root: string) =>
      spec({ handler: 'index.handler', code: 'package', root: project.path(root) });
    const [one, two] = [version('v1'), version('v2')];
    expect([await answer(one), await answer(two), await answer(one)]).toEqual([
      'v1/index.js',
      'v2/index.mjs',
      'v1/index.js',
    ]);
    expect(events).toEqual([]);
  });

  test('without its file fails as in Lambda', async () => {
    const result = await invoke(spec({ handler: 'index.handler', code: 'package' }));
    expect(result).toMatchObject({
      status: 'failed',
      failure: 'init',
      errorType: 'Runtime.ImportModuleError',
    });
    expect(JSON.parse(Buffer.from(result.payload).toString())).toEqual({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringMatching(/^Error: Cannot find module 'index'\n/),
      trace: [],
    });
  });

  test.each([
    ['index', 'Bad handler'],
    [
      '../outside/index.handler',
      "'../outside/index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
    ],
  ])('with the handler %s fails as in Lambda', async (handler, errorMessage) => {
    project.write('outside/index.js', 'exports.handler = async () => "out of the package"');
    const result = await invoke(spec({ handler, code: 'package', root: project.path('package') }));
    expect(JSON.parse(Buffer.from(result.payload).toString())).toEqual({
      errorType: 'Runtime.MalformedHandlerName',
      errorMessage,
      trace: [],
    });
  });

  test('has its variables from the beginning of its process, for what is read only then', async () => {
    const NODE_EXTRA_CA_CERTS = project.path('ca.pem');
    project.write('ca.pem', rootCertificates[0] ?? '');
    project.write(
      'index.mjs',
      "import { getCACertificates } from 'node:tls'; export const handler = async () => getCACertificates('extra').length;",
    );
    const result = await invoke(
      spec({ handler: 'index.handler', code: 'package', environment: { NODE_EXTRA_CA_CERTS } }),
    );
    expect(Buffer.from(result.payload).toString()).toBe('1');
  });
});

describe('the environment of a worker', () => {
  test('is added when it loads, and asked for again after a failure', async () => {
    project.write('src/hello.ts', 'export const handler = async () => process.env.ADDED;');
    let asked = 0;
    await runtime.close();
    start({
      environmentOf: async ({ name }) => {
        asked += 1;
        if (asked === 1) throw new Error('not yet');
        return { ADDED: `${name} ${asked}` };
      },
    });
    expect(await invoke(spec())).toMatchObject({ status: 'failed', errorType: 'Llx.EnvironmentError' });
    expect(await answer(spec())).toBe('hello 2');
    expect(await answer(spec())).toBe('hello 2');
  });
});

describe('the end', () => {
  test('answers what runs and what comes later', async () => {
    project.write('src/hello.ts', `export const handler = () => fetch(process.env.GATE);`);
    const gate = await openableGate();
    const hello = spec({ environment: { GATE: gate.url } });
    const running = invoke(hello);
    await gate.reached;
    await runtime.close();
    expect(await running).toMatchObject({ status: 'failed', failure: 'aborted' });
    expect(await invoke(hello)).toMatchObject({ status: 'failed', failure: 'aborted' });
    expect(await invoke(spec({ name: 'new' }))).toMatchObject({ status: 'failed', failure: 'aborted' });
    gate.open();
  });

  test('comes while a build runs, too', async () => {
    project.write('src/hello.ts', 'export const handler = async () => 1;');
    const building = invoke(spec());
    await runtime.close();
    expect(await building).toMatchObject({ status: 'failed', failure: 'aborted' });
  });
});

/** Holds a handler that fetches its URL until `open`. */
async function openableGate() {
  const { promise: reached, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    arrive();
    void opened.then(() => {
      response.end();
      server.close();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('expected a port');
  return { url: `http://127.0.0.1:${address.port}`, reached, open };
}
