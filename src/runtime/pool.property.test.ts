import { setImmediate } from 'node:timers/promises';
import { array, asyncProperty, boolean, assert as check, constant, nat, oneof, record } from 'fast-check';
import { expect, test } from 'vitest';
import { buildFailure } from './builder/build-problem.ts';
import type { Generation } from './code-source.ts';
import type { FunctionSpec, InvocationResult } from './invocation.ts';
import { FunctionPool } from './pool.ts';
import { SpareWorkers } from './spare-workers.ts';
import { type FakeWorker, FakeWorkers } from './test-support/fake-workers.ts';

const SPEC: FunctionSpec = {
  name: 'hello',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
  handler: 'src/hello.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/project',
  code: 'source',
};
const MAX_WORKERS = 3;

type Step =
  | 'invoke'
  | 'answer'
  | 'load'
  | 'fail-load'
  | 'die'
  | 'abort'
  | 'change'
  | 'build'
  | 'break'
  | 'retarget';

const FAILED = { status: 'failed', failure: buildFailure([{ text: 'no' }], '/') } as const;

const often = (type: Step, weight: number) => ({ arbitrary: constant(type), weight });

const steps = array(
  record({
    type: oneof(
      often('invoke', 8),
      often('answer', 4),
      often('load', 5),
      often('fail-load', 1),
      often('die', 1),
      often('abort', 1),
      often('change', 1),
      often('build', 2),
      often('break', 1),
      often('retarget', 1),
    ),
    /** Which of the workers or invocations that the step may be about. */
    which: nat(20),
    /** Whether the next step comes at once, before anybody hears of this one. */
    rushed: boolean(),
  }),
  { minLength: 10, maxLength: 100, size: 'max' },
);

/** A pool, its fake workers, and everything that the pool promises about them. */
class Model {
  readonly workers = new FakeWorkers();
  readonly spares = new SpareWorkers({ spawnWorker: this.workers.spawn, refillDelayMs: 60_000 });
  readonly pool = new FunctionPool(
    { spec: SPEC, exportPath: 'handler' },
    { spares: this.spares, maxWorkers: MAX_WORKERS, idleMs: 60_000, onWanted() {} },
  );
  answered = 0;
  readonly #invocations: { readonly id: string; readonly controller: AbortController }[] = [];
  readonly results: Promise<{ readonly id: string; readonly result: InvocationResult }>[] = [];
  readonly users = new Map<string, number>();
  readonly #files = new Map<string, Generation>();
  #generation = 0;
  #targets = 0;

  step(type: Step, which: number): void {
    const pick = <T>(from: readonly T[]): T | undefined => from[which % Math.max(1, from.length)];
    const { alive } = this.workers;
    switch (type) {
      case 'invoke':
        return this.#invoke();
      case 'answer':
        return pick(alive.filter(({ running }) => running))?.answer();
      case 'load':
        return pick(alive.filter(({ loading }) => loading))?.finishLoad();
      case 'fail-load':
        return pick(alive.filter(({ loading }) => loading))?.finishLoad({
          status: 'failed',
          failure: 'init',
          errorType: 'Error',
          payload: Buffer.from('{}'),
        });
      case 'die':
        return pick(alive)?.die();
      case 'abort':
        return pick(this.#invocations)?.controller.abort();
      case 'change':
        return this.pool.setCode({ status: 'pending' });
      case 'build':
        // Every third is the code of before.
        this.#generation += which % 3 === 0 ? 0 : 1;
        return this.#build();
      case 'break':
        return this.pool.setCode(FAILED);
      case 'retarget':
        this.#targets += 1;
        return this.pool.retarget({ spec: SPEC, exportPath: `handler${this.#targets}` });
    }
  }

  #build(): void {
    const file = `/build/${this.#generation}.mjs`;
    const count = (by: number): void => {
      this.users.set(file, (this.users.get(file) ?? 0) + by);
    };
    const known = this.#files.get(file) ?? { file, retain: () => count(1), release: () => count(-1) };
    this.#files.set(file, known);
    this.pool.setCode({ status: 'ready', generation: known });
  }

  #invoke(): void {
    const id = String(this.#invocations.length);
    const controller = new AbortController();
    this.#invocations.push({ id, controller });
    const result = this.pool.invoke({
      requestId: id,
      invokedFunctionArn: SPEC.arn,
      functionVersion: '$LATEST',
      event: Buffer.from(JSON.stringify(id)),
      remainingMs: 60_000,
      logGroupName: '/aws/lambda/hello',
      logStreamName: 'stream',
      signal: controller.signal,
    });
    this.results.push(
      result.then((answer) => {
        this.answered += 1;
        return { id, result: answer };
      }),
    );
  }

  /** Good code, and workers that load and answer: more rounds than there can be invocations. */
  async calm(): Promise<void> {
    this.step('build', 1);
    for (let round = 0; round < 100 && this.answered < this.results.length; round += 1) {
      for (const worker of this.workers.alive) {
        worker.finishLoad();
        if (worker.running) worker.answer();
      }
      await setImmediate();
    }
  }

  /** What must be true whenever nothing is under way in this process. */
  verify(): void {
    const current = this.workers.all.findLast(({ loaded }) => loaded)?.loaded;
    const isCurrent = ({ loaded }: FakeWorker) => JSON.stringify(loaded) === JSON.stringify(current);
    const { alive } = this.workers;
    // Workers of older code only end what they run.
    expect(alive.filter(isCurrent).length).toBeLessThanOrEqual(MAX_WORKERS);
    expect(alive.filter((worker) => worker.loaded && !worker.running && !isCurrent(worker))).toEqual([]);
  }
}

test('whatever happens, no invocation is lost or run twice, the bound holds, and the end leaves nothing', async () => {
  await check(
    asyncProperty(steps, boolean(), async (sequence, isCalmed) => {
      const model = new Model();
      model.step('build', 1);
      for (const { type, which, rushed } of sequence) {
        // FakeWorker throws when it is invoked while it is dead, unloaded or busy.
        model.step(type, which);
        if (rushed) continue;
        await setImmediate();
        model.verify();
      }
      if (isCalmed) {
        await model.calm();
        expect(model.answered).toBe(model.results.length);
      }
      await Promise.all([model.pool.close(), model.spares.close()]);
      const answers = await Promise.all(model.results);
      for (const { id, result } of answers) {
        if (result.status === 'succeeded') expect(Buffer.from(result.payload).toString()).toBe(`"${id}"`);
      }
      const runs = model.workers.all.flatMap(({ invoked }) => invoked);
      expect(new Set(runs).size).toBe(runs.length);
      expect(model.workers.alive).toEqual([]);
      await setImmediate();
      expect([...model.users.values()].every((count) => count === 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
