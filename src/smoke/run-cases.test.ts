import { describe, expect, test } from 'vitest';
import { LlxError } from '../errors/llx-error.ts';
import type { CaseResult } from './case-result.ts';
import { caseOf, FakeWorlds, type Handler, run } from './worlds.test-support.ts';

function statuses(results: readonly CaseResult[]): readonly (readonly [string, string])[] {
  return results.map(({ name, status }) => [name, status]);
}

/** A handler that waits until so many run at once: it is never answered where they may not. */
function meeting(count: number): Handler {
  const met = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === count) met.resolve();
    return met.promise;
  };
}

describe('worlds', () => {
  test('each function has one of its own, which is closed behind its last case', async () => {
    const worlds = new FakeWorlds({ a: () => 1, b: () => 2, c: () => 3 });
    const results = await run([caseOf('a/1'), caseOf('b/1'), caseOf('a/2'), caseOf('c/1')], worlds);
    expect(statuses(results)).toEqual([
      ['a/1', 'passed'],
      ['b/1', 'passed'],
      ['a/2', 'passed'],
      ['c/1', 'passed'],
    ]);
    expect(worlds.started).toEqual(['a', 'b', 'c']);
    expect([...worlds.closed].sort()).toEqual(['a', 'b', 'c']);
    expect(worlds.mostOpen).toBe(2);
  });

  test('cases of a function run at once, and so do functions', async () => {
    const together = meeting(4);
    const worlds = new FakeWorlds({ a: together, b: together });
    const cases = [caseOf('a/1'), caseOf('a/2'), caseOf('b/1'), caseOf('b/2')];
    expect((await run(cases, worlds, { concurrency: 4 })).map(({ status }) => status)).toEqual(
      Array(4).fill('passed'),
    );
  });

  test('a few cases that are soon done run one by one, and slow ones at once after a while', async () => {
    const worlds = new FakeWorlds({ a: () => new Promise((done) => setImmediate(done)), b: meeting(2) });
    const cases = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'].map((name) => caseOf(name));
    const long = { concurrency: 4, widenAfterMs: 60_000 };
    await run(cases.slice(0, 3), worlds, long);
    expect(worlds.most.get('a')).toBe(1);
    await run(cases.slice(3), worlds, { concurrency: 4, widenAfterMs: 1 });
    expect(worlds.most.get('b')).toBe(2);
  });

  test('no more run at once than may', async () => {
    const worlds = new FakeWorlds({ a: () => new Promise((done) => setImmediate(done)) });
    const cases = Array.from({ length: 20 }, (_, index) => caseOf(`a/${index}`));
    await run(cases, worlds, { concurrency: 3 });
    expect(worlds.most.get('a')).toBe(3);
  });

  test('a fixture that expects calls is alone in its world', async () => {
    let alone = true;
    const worlds = new FakeWorlds({
      async a(event) {
        await new Promise((done) => setImmediate(done));
        const { name } = event as { readonly name: string };
        if (name.startsWith('a/calls')) alone &&= worlds.running.get('a') === 1;
      },
    });
    const cases = ['a/1', 'a/calls-1', 'a/2', 'a/calls-2'].map((name) =>
      caseOf(name, name.includes('calls') ? { calls: [] } : undefined),
    );
    await run(cases, worlds);
    expect(alone).toBe(true);
    expect(worlds.most.get('a')).toBe(2);
  });

  test('one that cannot be started fails its cases, and no others', async () => {
    const worlds = new FakeWorlds({ b: () => 1 });
    const results = await run([caseOf('a/1'), caseOf('a/2'), caseOf('b/1')], worlds, {
      startWorld: async (name) => {
        if (name !== 'a') return worlds.start(name);
        throw new LlxError('LLX_CONFIG_INVALID', { message: 'Expected a role.', mend: 'Write one.' });
      },
    });
    expect(results.map(({ status, problem }) => [status, problem])).toEqual([
      ['failed', 'LLX_CONFIG_INVALID: Expected a role.'],
      ['failed', 'LLX_CONFIG_INVALID: Expected a role.'],
      ['passed', undefined],
    ]);
  });
});

describe('a case', () => {
  test('gives its function the event, client context, clock and seed of its fixture, or else of the run', async () => {
    const given: unknown[] = [];
    const worlds = new FakeWorlds({
      a(event, { signal: _signal, ...options }) {
        given.push([event, options]);
      },
    });
    const own = { clientContext: { custom: { a: 1 } }, clock: '2026-01-31T09:00:00Z', seed: 7 };
    const options = { concurrency: 1, clock: '2020-01-01T00:00:00.000Z', seed: 0 };
    await run([caseOf('a/own', undefined, own), caseOf('a/other')], worlds, options);
    expect(given).toEqual([
      [{ name: 'a/own' }, own],
      [{ name: 'a/other' }, { clock: '2020-01-01T00:00:00.000Z', seed: 0 }],
    ]);
  });

  test('that answers otherwise fails with what differs, what was expected and what was seen', async () => {
    const worlds = new FakeWorlds({ a: () => ({ total: 2 }) });
    const expectation = { answer: { total: 1 } };
    expect(await run([caseOf('a/1', expectation)], worlds)).toEqual([
      {
        name: 'a/1',
        file: '/project/a/1.json',
        functionName: 'a',
        status: 'failed',
        attempts: 1,
        durationMs: 1,
        updated: false,
        mismatches: [{ part: 'answer', path: 'total', expected: '1', found: '2' }],
        expectation,
        observed: { answer: { total: 2 }, logs: [], calls: [], durationMs: 1 },
      },
    ]);
  });

  test('whose function throws fails with the code that threw', async () => {
    const worlds = new FakeWorlds({
      a() {
        throw new TypeError('no name');
      },
    });
    const frame = { location: { file: '/project/a.ts', line: 1 }, lines: [] };
    const [result] = await run([caseOf('a/1')], worlds, { frameOf: async () => frame });
    expect([result?.status, result?.frame, result?.observed?.error]).toEqual([
      'failed',
      frame,
      { errorType: 'TypeError', errorMessage: 'no name' },
    ]);
  });

  test('that has no answer in time fails, and its invocation is ended', async () => {
    const worlds = new FakeWorlds({
      a: (_event, { signal }) =>
        new Promise((_done, fail) => signal?.addEventListener('abort', () => fail(signal.reason))),
    });
    const [result] = await run([caseOf('a/1')], worlds, { timeoutMs: 10 });
    expect([result?.status, result?.problem]).toEqual([
      'failed',
      'Expected an answer within 0.01 s, found none.',
    ]);
    expect(worlds.running.get('a')).toBe(0);
  });

  test('that fails is tried again, and one that passes then is told how often it ran', async () => {
    let answers = 0;
    const worlds = new FakeWorlds({ a: () => ++answers });
    const [result] = await run([caseOf('a/1', { answer: 3 })], worlds, { retries: 5 });
    expect([result?.status, result?.attempts]).toEqual(['passed', 3]);
  });

  test('that fails at each try fails with the last one', async () => {
    let answers = 0;
    const worlds = new FakeWorlds({ a: () => ++answers });
    const [result] = await run([caseOf('a/1', { answer: 9 })], worlds, { retries: 2 });
    expect([result?.status, result?.attempts, result?.observed?.answer]).toEqual(['failed', 3, 3]);
  });

  test('that cannot be run fails, and nothing is started for it', async () => {
    const worlds = new FakeWorlds({});
    const results = await run([{ name: 'x', file: '/project/x.json', problem: 'no JSON' }], worlds);
    expect(results.map(({ status, problem, attempts }) => [status, problem, attempts])).toEqual([
      ['failed', 'no JSON', 0],
    ]);
    expect(worlds.started).toEqual([]);
  });
});

describe('the end of a run', () => {
  test('after as many failures as are enough nothing more is begun', async () => {
    const worlds = new FakeWorlds({ a: () => 1, b: () => 1 });
    const cases = [
      caseOf('a/1', { answer: 2 }),
      caseOf('a/2'),
      caseOf('a/3', { answer: 2 }),
      caseOf('a/4'),
      caseOf('b/1'),
    ];
    expect(statuses(await run(cases, worlds, { bail: 2, concurrency: 1 }))).toEqual([
      ['a/1', 'failed'],
      ['a/2', 'passed'],
      ['a/3', 'failed'],
      ['a/4', 'skipped'],
      ['b/1', 'skipped'],
    ]);
    expect(worlds.started).toEqual(['a']);
  });

  test('interrupted, what runs is ended and skipped with all that comes after, and worlds are closed', async () => {
    const interrupt = new AbortController();
    const worlds = new FakeWorlds({
      a(event, { signal }) {
        const { name } = event as { readonly name: string };
        if (name === 'a/1') return 1;
        return new Promise((_done, fail) => {
          signal?.addEventListener('abort', () => fail(signal.reason));
          interrupt.abort(new Error('Ctrl-C'));
        });
      },
      b: () => 1,
    });
    const cases = [caseOf('a/1'), caseOf('a/2'), caseOf('a/3'), caseOf('b/1')];
    const results = await run(cases, worlds, { signal: interrupt.signal, concurrency: 1 });
    expect(statuses(results)).toEqual([
      ['a/1', 'passed'],
      ['a/2', 'skipped'],
      ['a/3', 'skipped'],
      ['b/1', 'skipped'],
    ]);
    expect(worlds.closed).toEqual(['a']);
  });

  test('each case is told once, as it ends', async () => {
    const told: string[] = [];
    const worlds = new FakeWorlds({ a: () => 1, b: () => 1 });
    const broken = { name: 'x', file: '/project/x.json', problem: 'no JSON' };
    await run([caseOf('a/1', { answer: 2 }), broken, caseOf('a/2'), caseOf('b/1')], worlds, {
      bail: 2,
      concurrency: 1,
      onResult: ({ name }) => told.push(name),
    });
    expect(told).toEqual(['x', 'a/1', 'a/2', 'b/1']);
  });
});
