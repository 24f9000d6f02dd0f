import { describe, expect, test, vi } from 'vitest';
import { LlxError } from '../../errors/llx-error.ts';
import { type Check, type CheckedFinding, ok, warn } from './check.ts';
import { Facts } from './facts.ts';
import { runChecks } from './run-checks.ts';

const never = new AbortController().signal;

function check(id: string, rest: Partial<Check> = {}): Check {
  return { id, title: id, needs: [], run: async () => ok(`${id} is well`), ...rest };
}

async function run(checks: readonly Check[], signal = never): Promise<readonly CheckedFinding[]> {
  return await runChecks(checks, { facts: new Facts(), signal, now: () => 0 });
}

describe('runChecks', () => {
  test('gives what each check found, with its id and title', async () => {
    expect(await run([check('one'), check('two', { run: async () => warn('hm', 'do it') })])).toEqual([
      { id: 'one', title: 'one', status: 'ok', detail: 'one is well', durationMs: 0 },
      { id: 'two', title: 'two', status: 'warn', detail: 'hm', mend: 'do it', durationMs: 0 },
    ]);
  });

  test('skips what needs a check that failed, and what needs that', async () => {
    const broken = check('broken', {
      title: 'The broken one',
      run: async () => {
        throw new LlxError('LLX_REGION_MISSING', { message: 'no region', mend: 'set one' });
      },
    });
    const findings = await run([
      broken,
      check('after', { needs: ['broken'] }),
      check('last', { needs: ['after'] }),
      check('apart'),
    ]);
    expect(findings.map(({ id, status, detail }) => [id, status, detail])).toEqual([
      ['broken', 'fail', 'no region'],
      ['after', 'skipped', 'needs "The broken one"'],
      ['last', 'skipped', 'needs "The broken one"'],
      ['apart', 'ok', 'apart is well'],
    ]);
    expect(findings[0]).toMatchObject({ code: 'LLX_REGION_MISSING', mend: 'set one' });
  });

  test('runs what needs a check that only warned', async () => {
    const findings = await run([
      check('odd', { run: async () => warn('hm', 'do it') }),
      check('after', { needs: ['odd'] }),
    ]);
    expect(findings[1]?.status).toBe('ok');
  });

  test('runs checks that need nothing of each other at the same time, and tells findings in their order', async () => {
    const first = Promise.withResolvers<void>();
    const told: string[] = [];
    await runChecks(
      [
        check('first', { run: () => first.promise.then(() => ok('')) }),
        check('second', {
          run: async () => {
            first.resolve();
            return ok('');
          },
        }),
      ],
      { facts: new Facts(), signal: never, onFinding: ({ id }) => told.push(id) },
    );
    expect(told).toEqual(['first', 'second']);
  });

  test('what a check learns is there for those that need it', async () => {
    const findings = await run([
      check('writer', {
        run: async (facts) => {
          facts.learn('region', 'eu-west-1');
          return ok('');
        },
      }),
      check('reader', { needs: ['writer'], run: async (facts) => ok(facts.get('region')) }),
    ]);
    expect(findings[1]?.detail).toBe('eu-west-1');
  });

  test('a check that takes longer than its time fails, and its signal is aborted', async () => {
    vi.useFakeTimers();
    try {
      const aborted = Promise.withResolvers<void>();
      const slow = check('slow', {
        timeoutMs: 2_000,
        run: (_facts, signal) => {
          signal.addEventListener('abort', () => aborted.resolve());
          return new Promise(() => undefined);
        },
      });
      const findings = run([slow]);
      await vi.advanceTimersByTimeAsync(2_000);
      await aborted.promise;
      expect(await findings).toEqual([
        {
          id: 'slow',
          title: 'slow',
          status: 'fail',
          code: 'LLX_UNREACHABLE',
          detail: 'expected an answer within 2 s, found none',
          mend: 'Check the network, VPN and proxy (HTTPS_PROXY, NO_PROXY).',
          durationMs: 0,
        },
      ]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('an interrupt ends it with the reason of the signal', async () => {
    const interrupt = new AbortController();
    const running = run([check('endless', { run: () => new Promise(() => undefined) })], interrupt.signal);
    interrupt.abort(new LlxError('LLX_INTERRUPTED', { message: 'Ctrl-C', mend: '' }));
    await expect(running).rejects.toMatchObject({ code: 'LLX_INTERRUPTED' });
  });

  test('a check that stands before what it needs is a defect of the list', async () => {
    await expect(run([check('early', { needs: ['later'] }), check('later')])).rejects.toThrow(
      'expected "early" to stand after "later", which it needs',
    );
  });
});
