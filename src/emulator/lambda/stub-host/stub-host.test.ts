import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InvocationResult } from '../../../runtime/invocation.ts';
import type { InvocationCall, InvocationRun } from '../invocation-service.ts';
import { type HostPlace, StubHost, type StubHostOptions } from './stub-host.ts';

let directory: string;
let host: StubHost | undefined;
let drops: string[];
let notices: string[];
let deployedRuns: InvocationRun[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-stub-host-'));
  drops = [];
  notices = [];
  deployedRuns = [];
});

afterEach(async () => {
  await host?.close();
  host = undefined;
  await rm(directory, { recursive: true });
});

/** A host that speaks the pipe's language, and does `receive` with each `message`: it may `send`. */
async function startHost(receive: string, options: Partial<StubHostOptions> = {}): Promise<StubHost> {
  const hostFile = join(directory, 'host.mjs');
  await writeFile(
    hostFile,
    `import { Socket } from 'node:net';
import { encodeHostMessage, HostMessageDecoder } from '${new URL('host-message.ts', import.meta.url).href}';
const pipe = new Socket({ fd: 3, readable: true, writable: true });
pipe.on('end', () => process.exit(0));
const send = (message, body) => { for (const part of encodeHostMessage(message, body)) pipe.write(part); };
const decoder = new HostMessageDecoder();
let calls = 0;
pipe.on('data', (chunk) => decoder.push(chunk, (message, body) => { ${receive} }));
`,
  );
  host = new StubHost({
    hostFile,
    lateAnswerMs: 0,
    stubFile: join(directory, 'stub.mjs'),
    deployed: async (_call, run) => {
      deployedRuns.push(run);
      return { status: 'succeeded', payload: Buffer.from('"deployed"'), streamed: false, ...facts(7) };
    },
    onDrop: (reason, detail) => drops.push(`${reason}: ${detail}`),
    onNotice: (text) => notices.push(text),
    ...options,
  });
  return host;
}

function place(): HostPlace {
  let asked = 0;
  return {
    endpoint: 'http://127.0.0.1:1',
    paced: false,
    environmentOf: ({ name }) => {
      asked += 1;
      return { NAME: name, ASKED: String(asked) };
    },
  };
}

const facts = (durationMs: number): { durationMs: number; coldStart: false } => ({
  durationMs,
  coldStart: false,
});

function call(requestId = 'r-1', timeoutMs = 60_000): InvocationCall {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
  const spec = {
    name: 'orders',
    arn,
    handler: 'orders.handler',
    runtime: 'nodejs24.x',
    timeoutMs,
    memoryMb: 128,
    environment: {},
    root: directory,
    code: 'package',
  } as const;
  const deployed = { spec, stubbed: true, logGroupName: 'group', logStreamName: 'stream' };
  return {
    resolved: { deployed, invokedArn: arn, version: '$LATEST' },
    requestId,
    event: Buffer.from('{"n":1}'),
    clientContext: undefined,
    traceId: undefined,
  };
}

function run(remainingMs = 60_000, onLog: (text: string) => void = () => undefined): InvocationRun {
  return { remainingMs, onLog, signal: new AbortController().signal };
}

function told(result: InvocationResult): unknown {
  const { durationMs: _, payload, ...rest } = result;
  return { ...rest, payload: JSON.parse(Buffer.from(payload).toString()) };
}

const ANSWER = `send({ type: 'answer', call: message.call, streamed: false }, body)`;

test('an answer is the result of its call, with what was printed before it', async () => {
  const stubs = await startHost(`send({ type: 'log', call: message.call, text: 'hello' }); ${ANSWER};`);
  const lines: string[] = [];
  const result = await stubs.invoke(
    call(),
    run(60_000, (text) => lines.push(text)),
  );
  expect(told(result)).toEqual({ status: 'succeeded', streamed: false, coldStart: false, payload: { n: 1 } });
  expect(lines).toEqual(['hello']);
});

test('a host that dies fails its calls like a crashed environment, and the next call starts it again', async () => {
  const stubs = await startHost(`if (message.requestId === 'dies') process.exit(3); else ${ANSWER};`);
  expect(told(await stubs.invoke(call('dies'), run()))).toEqual({
    status: 'failed',
    failure: 'exit',
    errorType: 'Runtime.ExitError',
    coldStart: false,
    payload: {
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: dies Error: Runtime exited with error: exit status 3',
    },
  });
  expect(notices).toEqual([
    'The process that runs the stubs ended (exit status 3); the next invocation starts it again.',
  ]);
  expect(told(await stubs.invoke(call('lives'), run()))).toMatchObject({ payload: { n: 1 } });
});

test.skipIf(process.platform === 'win32')('Ctrl-C of the terminal does not reach the host', async () => {
  const stubs = await startHost(
    `send({ type: 'log', call: message.call, text: String(process.pid) }); ${ANSWER};`,
  );
  const lines: string[] = [];
  await stubs.invoke(
    call(),
    run(60_000, (text) => lines.push(text)),
  );
  // The terminal signals the group of llx; this asks whether the host leads another one.
  expect(process.kill(-Number(lines[0]), 0)).toBe(true);
});

test('a host that never answers is Lambda’s timeout, with its last line, and is told to stop', async () => {
  const stubs = await startHost(
    `if (message.type === 'abandon') send({ type: 'dropped', reason: 'told', detail: 'abandon ' + message.call });`,
  );
  const lines: string[] = [];
  const result = await stubs.invoke(
    call('r-1', 1_000),
    run(20, (text) => lines.push(text)),
  );
  expect(told(result)).toEqual({
    status: 'failed',
    failure: 'timeout',
    errorType: 'Sandbox.Timedout',
    coldStart: false,
    payload: {
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds',
    },
  });
  expect(lines).toEqual([expect.stringMatching(/Z r-1 Task timed out after 1\.00 seconds\n?$/)]);
  await expect.poll(() => drops).toEqual(['told: abandon 1']);
});

test('a host that answers twice: the second answer and what belongs to it is counted', async () => {
  const stubs = await startHost(`
    if (++calls > 1) return ${ANSWER};
    ${ANSWER}; ${ANSWER};
    send({ type: 'log', call: message.call, text: 'late' });
    send({ type: 'deployed', call: message.call });`);
  expect(told(await stubs.invoke(call('one'), run()))).toMatchObject({ payload: { n: 1 } });
  await stubs.invoke(call('two'), run());
  expect(drops).toEqual([
    'invocation-ended: an answer of the stub after Lambda had given up',
    'invocation-ended: a log line of the stub after Lambda had given up',
    'invocation-ended: the decision for the deployed handler of the stub after Lambda had given up',
  ]);
  expect(deployedRuns).toEqual([]);
});

test('a decision for the deployed handler leaves it the rest of the time, and the result lasts for both', async () => {
  const stubs = await startHost(`setTimeout(() => send({ type: 'deployed', call: message.call }), 30);`);
  const result = await stubs.invoke(call(), run(60_000));
  expect(told(result)).toMatchObject({ status: 'succeeded', payload: 'deployed' });
  const [deployed] = deployedRuns;
  const stubMs = 60_000 - (deployed?.remainingMs ?? Number.NaN);
  expect(stubMs).toBeGreaterThan(20);
  expect(result.durationMs).toBeCloseTo(stubMs + 7, 3);
});

test('the init and the memory of a run on the laptop are those of the invocation; its duration is without the init', async () => {
  const stubs = await startHost(
    `setTimeout(() => send({ type: 'answer', call: message.call, streamed: false, run: { initMs: 10, maxMemoryMb: 64 } }, body), 30);`,
  );
  const startedAt = performance.now();
  const result = await stubs.invoke(call(), run());
  expect(told(result)).toEqual({
    status: 'succeeded',
    streamed: false,
    coldStart: true,
    initMs: 10,
    maxMemoryMb: 64,
    payload: { n: 1 },
  });
  expect(result.durationMs).toBeLessThanOrEqual(performance.now() - startedAt - 10);
});

test('the stub of a watched function is told what the deployed handler came to', async () => {
  const stubs = await startHost(`
    if (message.type === 'observed') send({ type: 'notice', text: JSON.stringify([message, String(body)]) });
    else send({ type: 'deployed', call: message.call, observed: true });`);
  await stubs.invoke(call(), run());
  await expect.poll(() => notices).not.toEqual([]);
  expect(JSON.parse(notices[0] ?? '')).toEqual([
    { type: 'observed', call: 1, failed: false, streamed: false, durationMs: 7, bytes: 10 },
    '"deployed"',
  ]);
});

test('a host that sends nonsense is killed, and its end answers the calls', async () => {
  const stubs = await startHost(`pipe.write(Buffer.alloc(4096, 0xff));`);
  expect(told(await stubs.invoke(call(), run()))).toMatchObject({
    failure: 'exit',
    payload: { errorMessage: 'RequestId: r-1 Error: Runtime exited with error: signal: killed' },
  });
  expect(notices).toEqual([
    expect.stringMatching(
      /^The process that runs the stubs ended \(signal: SIGKILL: expected a message of at most \d+ bytes/,
    ),
  ]);
});

test('an answer over Lambda’s limit is told apart from an error of the handler', async () => {
  const errorType = 'Function.ResponseSizeTooLarge';
  const stubs = await startHost(
    `send({ type: 'failed', call: message.call, errorType: '${errorType}' }, Buffer.from('{}'));`,
  );
  expect(told(await stubs.invoke(call(), run()))).toMatchObject({ failure: 'oversize', errorType });
});

test('close answers the calls as aborted, and a call after it at once', async () => {
  const stubs = await startHost('');
  const waiting = stubs.invoke(call('waits'), run());
  const closing = stubs.close();
  const aborted = {
    status: 'failed',
    failure: 'aborted',
    errorType: 'Llx.Cancelled',
    coldStart: false,
  };
  expect(told(await waiting)).toMatchObject(aborted);
  expect(told(await stubs.invoke(call('during'), run()))).toMatchObject(aborted);
  await closing;
  expect(told(await stubs.invoke(call('after'), run()))).toMatchObject(aborted);
  expect(stubs.close()).toBe(closing);
  expect(notices).toEqual([]);
});

test('a host that cannot be started answers its calls as aborted, and says why', async () => {
  const stubs = await startHost('', { program: join(directory, 'no-such-program') });
  expect(told(await stubs.invoke(call(), run()))).toMatchObject({ status: 'failed', failure: 'aborted' });
  expect(notices).toEqual([expect.stringMatching(/could not be started \(spawn .*ENOENT\)/)]);
  stubs.connect(place());
  stubs.prepare([call().resolved.deployed.spec]);
  expect(drops).toContain('connection-closed: function for a process of stubs that has ended');
});

/** A host that answers each invocation with the environments that it was told before. */
const TOLD = `if (message.type === 'function') { (globalThis.told ??= []).push(message.environment); return; }
  send({ type: 'answer', call: message.call, streamed: false, run: {} }, Buffer.from(JSON.stringify(globalThis.told)));`;

test('a function’s environment is told once before its first invocation, and to each new process', async () => {
  const stubs = await startHost(`if (message.requestId === 'dies') process.exit(3); ${TOLD}`);
  stubs.connect(place());
  const once = { status: 'succeeded', payload: [{ NAME: 'orders', ASKED: '1' }] };
  const same = call();
  stubs.prepare([same.resolved.deployed.spec]);
  expect(told(await stubs.invoke(same, run()))).toMatchObject(once);
  expect(told(await stubs.invoke(same, run()))).toMatchObject(once);
  await stubs.invoke({ ...same, requestId: 'dies' }, run());
  expect(told(await stubs.invoke(same, run()))).toMatchObject({ payload: [{ NAME: 'orders', ASKED: '2' }] });
});

/** Answers in three pieces, each when the last was taken. */
const STREAMING = `
  const pieces = ['one ', 'two ', 'three'];
  if (message.type === 'invoke') {
    globalThis.live = { call: message.call, next: 1, asked: message.live };
    send({ type: 'chunk', call: message.call, contentType: 'text/plain' }, Buffer.from(pieces[0]));
  } else if (message.type === 'taken') {
    const { call, next, asked } = globalThis.live;
    if (next < pieces.length) send({ type: 'chunk', call }, Buffer.from(pieces[globalThis.live.next++]));
    else send({ type: 'answer', call, streamed: asked }, Buffer.alloc(0));
  }`;

test('a streamed answer comes in pieces, each when the last was taken', async () => {
  const stubs = await startHost(STREAMING);
  const seen: string[] = [];
  const stream = {
    onContentType: (contentType: string) => void seen.push(contentType),
    onChunk: async (chunk: Uint8Array) => void seen.push(Buffer.from(chunk).toString()),
  };
  stubs.connect(place());
  const result = await stubs.invoke(call(), { ...run(), stream });
  expect(seen).toEqual(['text/plain', 'one ', 'two ', 'three']);
  expect(result).toMatchObject({ status: 'succeeded', streamed: true, payload: Buffer.alloc(0) });
  expect(drops).toEqual([]);
});

test('who does not take a piece has hung up: the host is told, and what comes later is counted', async () => {
  const stubs = await startHost(`${STREAMING}
  else if (message.type === 'abandon') {
    send({ type: 'chunk', call: message.call }, Buffer.from('late'));
    send({ type: 'notice', text: 'abandoned' });
  }`);
  stubs.connect(place());
  const stream = {
    onContentType: () => undefined,
    onChunk: () => Promise.reject(new Error('the caller has hung up')),
  };
  const result = await stubs.invoke(call(), { ...run(), stream });
  expect(result).toMatchObject({ status: 'failed', failure: 'aborted' });
  await vi.waitFor(() => expect(notices).toEqual(['abandoned']));
  expect(drops).toEqual(['invocation-ended: a piece of an answer of the stub after Lambda had given up']);
});

test('a signal ends the call, and the host is told', async () => {
  const stubs = await startHost(`if (message.type === 'abandon') send({ type: 'notice', text: 'abandoned' });
  else if (message.type === 'invoke') send({ type: 'log', call: message.call, text: 'started' });`);
  stubs.connect(place());
  const hangUp = new AbortController();
  const result = await stubs.invoke(call(), { ...run(60_000, () => hangUp.abort()), signal: hangUp.signal });
  expect(result).toMatchObject({ status: 'failed', failure: 'aborted' });
  await vi.waitFor(() => expect(notices).toEqual(['abandoned']));
});
