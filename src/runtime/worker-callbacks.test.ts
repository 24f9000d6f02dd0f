import { afterAll, describe, expect, it } from 'vitest';
import { invoke, TestWorkers } from './worker.test-support.ts';

const workers = new TestWorkers();
afterAll(() => workers.close());

describe('up to Node.js 22', () => {
  const runtime = 'nodejs22.x';

  it.each([
    ['result', { a: 1 }],
    ['nobody', null],
    ['done', 'done'],
    ['twice', 'first'],
    ['waits', ['timer']],
    ['hurries', 'at once'],
  ])('callbacks answer: %s', async (name, expected) => {
    const worker = await workers.load(`callbacks.cjs.${name}`, { runtime });
    expect((await invoke(worker, { a: 1 })).answer).toEqual(expected);
  });

  it.each([
    ['error', { errorType: 'Error', errorMessage: 'called back' }],
    ['fail', { errorType: 'string', errorMessage: 'plain', trace: [] }],
  ])('callbacks fail: %s', async (name, expected) => {
    const worker = await workers.load(`callbacks.cjs.${name}`, { runtime });
    expect((await invoke(worker)).answer).toMatchObject(expected);
  });

  it('the context has the callback world and no X-Ray field', async () => {
    const worker = await workers.load('callbacks.cjs.shown', { runtime });
    expect((await invoke(worker)).answer).toEqual([
      'callbackWaitsForEmptyEventLoop',
      'done',
      'succeed',
      'fail',
      'clientContext',
      'identity',
      'invokedFunctionArn',
      'awsRequestId',
      'tenantId',
      'getRemainingTimeInMillis',
      'functionName',
      'functionVersion',
      'memoryLimitInMB',
      'logGroupName',
      'logStreamName',
    ]);
  });

  it('an answer that JSON cannot hold is a plain error', async () => {
    const worker = await workers.load('answers.mjs.bigint', { runtime });
    expect((await invoke(worker)).answer).toMatchObject({
      errorType: 'Error',
      errorMessage: 'Unable to stringify response body',
    });
  });

  it('a promise that never settles answers null', async () => {
    const worker = await workers.load('answers.mjs.never', { runtime });
    expect((await invoke(worker)).answer).toBe(null);
    expect((await invoke(worker)).answer).toBe(null);
  });

  it.each([
    ['uncaught', { errorType: 'RangeError', errorMessage: 'nobody catches' }, 129],
    [
      'unhandled',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'RangeError: nobody handles' },
      128,
    ],
  ])('what nobody catches is the answer, and ends the process: %s', async (name, expected, code) => {
    const worker = await workers.load(`exits.mjs.${name}`, { runtime });
    expect(await invoke(worker)).toMatchObject({ failure: 'handler', answer: expected });
    expect(worker.alive).toBe(false);
    expect(await worker.exited).toEqual({ code, signal: null });
  });
});
