import type { Expectation } from '../fixtures/expect/expectation.ts';
import type { Fixture } from '../fixtures/fixture.ts';
import type { CaseResult } from './case-result.ts';
import { type RunOptions, runCases } from './run-cases.ts';
import type { RunnableCase, SmokeCase } from './smoke-case.ts';
import type { World, WorldInvocation, WorldInvokeOptions } from './world.ts';

export type Handler = (event: unknown, options: WorldInvokeOptions) => unknown;

/** Functions in worlds of this process, and what happened to these. */
export class FakeWorlds {
  readonly started: string[] = [];
  readonly closed: string[] = [];
  readonly #handlers: Readonly<Record<string, Handler>>;
  /** Invocations that run in each world, and the most that ever did. */
  readonly running = new Map<string, number>();
  readonly most = new Map<string, number>();
  open = 0;
  mostOpen = 0;

  constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#handlers = handlers;
  }

  readonly start = async (functionName: string): Promise<World> => {
    this.started.push(functionName);
    this.open += 1;
    this.mostOpen = Math.max(this.open, this.mostOpen);
    return {
      invoke: (name, event, options) => this.#invoke(name, event, options),
      close: async () => {
        this.open -= 1;
        this.closed.push(functionName);
      },
    };
  };

  async #invoke(name: string, event: unknown, options: WorldInvokeOptions): Promise<WorldInvocation> {
    const running = (this.running.get(name) ?? 0) + 1;
    this.running.set(name, running);
    this.most.set(name, Math.max(running, this.most.get(name) ?? 0));
    try {
      const answer = await this.#handlers[name]?.(event, options);
      return { answer, logs: [], calls: [], durationMs: 1 };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return {
        answer: undefined,
        error: { errorType: 'TypeError', errorMessage: error.message },
        failedBecause: 'handler',
        logs: [],
        calls: [],
        durationMs: 1,
      };
    } finally {
      this.running.set(name, (this.running.get(name) ?? 0) - 1);
    }
  }
}

export function caseOf(name: string, expect?: Expectation, more: Partial<Fixture> = {}): RunnableCase {
  const [functionName = ''] = name.split('/');
  const file = `/project/${name}.json`;
  const fixture = { name, file, event: { name }, ...(expect === undefined ? {} : { expect }), ...more };
  return { name, file, functionName, fixture };
}

export function run(
  cases: readonly SmokeCase[],
  worlds: FakeWorlds,
  options: Partial<RunOptions> = {},
): Promise<readonly CaseResult[]> {
  return runCases(cases, {
    startWorld: worlds.start,
    concurrency: 8,
    worlds: 2,
    retries: 0,
    timeoutMs: 60_000,
    widenAfterMs: 0,
    signal: new AbortController().signal,
    ...options,
  });
}
