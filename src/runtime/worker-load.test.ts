import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf, functionSpec, TestWorkers } from './worker.test-support.ts';
import type { LoadOutcome } from './worker.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

async function failedLoad(handler: string, settings = {}, options = {}): Promise<unknown> {
  const spec = functionSpec({ handler, ...settings });
  const outcome = await workers.spawn(spec, options).load(spec, codeOf(handler));
  return outcome.status === 'failed' ? shown(outcome) : outcome;
}

function shown(outcome: Extract<LoadOutcome, { status: 'failed' }>): unknown {
  const answer: unknown = JSON.parse(Buffer.from(outcome.payload).toString());
  return { failure: outcome.failure, errorType: outcome.errorType, answer };
}

describe('a module that cannot be loaded', () => {
  it('by its syntax names file and line', async () => {
    const root = await mkdtemp(join(tmpdir(), 'llx-worker-'));
    const file = join(root, 'broken.cjs');
    await writeFile(file, 'exports.first = 1;\nexports.handler = async () => { let x = ; };\n');
    const spec = functionSpec({ root, handler: 'broken.handler' });
    const outcome = await workers.spawn(spec).load(spec, { file, exportPath: 'handler' });
    expect(outcome.status === 'failed' && shown(outcome)).toMatchObject({
      failure: 'init',
      errorType: 'Runtime.UserCodeSyntaxError',
      answer: {
        errorMessage: "SyntaxError: Unexpected token ';'",
        trace: expect.arrayContaining([`${file}:2`]),
      },
    });
    await rm(root, { recursive: true });
  });

  it('by a missing module says which', async () => {
    expect(await failedLoad('broken-import.cjs.handler')).toMatchObject({
      failure: 'init',
      errorType: 'Runtime.ImportModuleError',
      answer: { errorMessage: expect.stringMatching(/^Error: Cannot find module '\.\/does-not-exist\.cjs'/) },
    });
  });

  it('because it throws fails with its error, and its log lines', async () => {
    const spec = functionSpec();
    const outcome = await workers.spawn(spec).load(spec, codeOf('broken-start.mjs.handler'));
    expect(outcome).toMatchObject({ status: 'failed', failure: 'init', errorType: 'RangeError' });
    const texts = outcome.status === 'failed' ? outcome.logs?.map(({ text }) => text) : [];
    expect(texts).toEqual([
      expect.stringMatching(/\tstarting$/),
      expect.stringMatching(/\tERROR\tInit Error \t{"errorType":"RangeError","errorMessage":"at the top"/),
    ]);
  });

  it.each([
    ['answers.mjs.absent', 'answers.mjs.absent is undefined or not exported'],
    ['answers.mjs.number', 'answers.mjs.number is not a function'],
  ])('has no such handler: %s', async (handler, errorMessage) => {
    expect(await failedLoad(handler)).toEqual({
      failure: 'init',
      errorType: 'Runtime.HandlerNotFound',
      answer: {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage,
        trace: [`Runtime.HandlerNotFound: ${errorMessage}`],
      },
    });
  });

  it('has a callback handler, which Node.js 24 does not', async () => {
    expect(await failedLoad('callbacks.cjs.result')).toMatchObject({
      errorType: 'Runtime.CallbackHandlerDeprecated',
    });
  });

  it('exits', async () => {
    expect(await failedLoad('exits-while-loading.mjs.handler')).toEqual({
      failure: 'exit',
      errorType: 'Runtime.ExitError',
      answer: {
        errorType: 'Runtime.ExitError',
        errorMessage: 'Error: Runtime exited with error: exit status 3',
      },
    });
  });

  it('takes longer than the init phase may', async () => {
    expect(await failedLoad('loads-for-ever.mjs.handler', {}, { initTimeoutMs: 1_000 })).toEqual({
      failure: 'timeout',
      errorType: 'Sandbox.Timedout',
      answer: {
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Error: Task timed out after 1.00 seconds',
      },
    });
  });

  it('is not waited for any longer when the caller gives up', async () => {
    const spec = functionSpec();
    const controller = new AbortController();
    const worker = workers.spawn(spec);
    const loading = worker.load(spec, codeOf('loads-for-ever.mjs.handler'), {
      signal: controller.signal,
    });
    controller.abort();
    expect(await loading).toMatchObject({ status: 'failed', failure: 'aborted' });
    expect(worker.alive).toBe(false);
  });

  it('is no worse than an executable that does not exist', async () => {
    expect(await failedLoad('answers.mjs.echo', {}, { nodeExecutable: '/does/not/exist' })).toMatchObject({
      failure: 'exit',
      answer: { errorMessage: 'Error: Runtime exited with error: exit status 127' },
    });
  });
});
