import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel } from './channel/channel.ts';
import { abortedFailure, exitFailure } from './outcome.ts';
import { Run } from './run.ts';
import { type Clock, RunWatch } from './run-watch.ts';
import { functionSpec, invocationRequest } from './worker.test-support.ts';

/** Time that passes when told to. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  readonly now = (): number => this.#now;

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get pending(): number {
    return this.#timers.size;
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
  }
}

const QUIET: Channel = {
  load: () => {},
  invoke: () => {},
  credit: () => {},
  closed: Promise.resolve(),
  close: () => {},
};

function start(clock: Clock, signal?: AbortSignal): { readonly run: Run; readonly kills: number[] } {
  const kills: number[] = [];
  const run = new Run(invocationRequest({}, { remainingMs: 1_000, ...(signal ? { signal } : {}) }), {
    invocation: 1,
    spec: functionSpec(),
    pid: process.pid,
    channel: QUIET,
    clock,
    initMs: undefined,
    onKill: () => kills.push(1),
  });
  run.start();
  return { run, kills };
}

describe('a run', () => {
  it('is decided once, whatever comes, and leaves no timer and no listener', async () => {
    const acts = {
      answer: (run: Run) =>
        run.receive({ type: 'answer', invocation: 1, facts: {}, payload: Buffer.from('1') }),
      oversize: (run: Run) => run.receive({ type: 'oversize', invocation: 1 }),
      error: (run: Run) =>
        run.receive({ type: 'error', invocation: 1, facts: { errorType: 'E' }, payload: Buffer.from('{}') }),
      stream: (run: Run) =>
        run.receive({ type: 'stream', invocation: 1, facts: { contentType: 'text/plain' } }),
      chunk: (run: Run) => run.receive({ type: 'chunk', invocation: 1, payload: Buffer.from('x') }),
      end: (run: Run) => run.receive({ type: 'end', invocation: 1, facts: {} }),
      exit: (run: Run) => run.fail(exitFailure({ code: 1, signal: null }, 'r')),
      kill: (run: Run) => run.fail(abortedFailure('r')),
      abort: (_run: Run, _clock: ManualClock, controller: AbortController) => controller.abort(),
      time: (_run: Run, clock: ManualClock) => clock.pass(400),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...Object.values(acts))), async (sequence) => {
        const clock = new ManualClock();
        const controller = new AbortController();
        const { run, kills } = start(clock, controller.signal);
        for (const act of sequence) act(run, clock, controller);
        clock.pass(1_000);
        const { killed } = await run.decided;
        const result = run.finish(0);
        expect(run.receive({ type: 'oversize', invocation: 1 })).toBe(false);
        run.fail(abortedFailure('late'));
        controller.abort();
        expect(run.finish(0)).toEqual(result);
        expect(kills.length).toBe(killed ? 1 : 0);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('does not start for a caller that has given up', async () => {
    const { run, kills } = start(new ManualClock(), AbortSignal.abort());
    await run.decided;
    expect(run.finish(0)).toMatchObject({ status: 'failed', failure: 'aborted' });
    expect(kills).toEqual([1]);
  });
});

describe('the watch', () => {
  function watch(
    remainingMs: number,
    bytes: () => number,
  ): { readonly clock: ManualClock; readonly told: string[] } {
    const clock = new ManualClock();
    const told: string[] = [];
    const limits = {
      pid: 1,
      remainingMs,
      memoryBytes: 100,
      onTimeout: () => told.push(`timeout at ${clock.now()}`),
      onOutOfMemory: () => told.push(`memory at ${clock.now()}`),
    };
    new RunWatch(limits, clock, bytes);
    return { clock, told };
  }

  it('tells the deadline, once', () => {
    const { clock, told } = watch(430, () => 1);
    clock.pass(10_000);
    expect(told).toEqual(['timeout at 430']);
  });

  it('looks at the memory of a run that is over before the first look, too', () => {
    const looks: number[] = [];
    const { clock, told } = watch(50, () => looks.push(clock.now()));
    clock.pass(10_000);
    expect([looks, told]).toEqual([[50], ['timeout at 50']]);
  });

  it('looks at the memory after 100 ms, then every 250 ms', () => {
    let looks = 0;
    const { clock, told } = watch(10_000, () => {
      looks += 1;
      return looks === 3 ? 101 : 100;
    });
    clock.pass(10_000);
    expect(told).toEqual(['memory at 600']);
  });
});
