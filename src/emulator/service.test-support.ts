import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmulatorClock } from './emulator-clock.ts';
import type { ApiService, OperationAnswer } from './http/api-operation.ts';
import { openState } from './state/open-state.ts';
import type { State } from './state/state.ts';

/** A clock that stands until it is told. */
export class TestClock implements EmulatorClock {
  #now: number;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Runs what was due meanwhile, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

/** A state in memory, with a directory that is removed with it. */
export function temporaryState(): State & { remove(): Promise<void> } {
  const directory = mkdtempSync(join(tmpdir(), 'llx-state-'));
  const state = openState({ directory, ephemeral: true });
  return {
    ...state,
    async remove() {
      state.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Calls operations of a service as its router does, and notes what each caller had to be allowed. */
export function callerOf(service: ApiService): {
  readonly asked: string[];
  call(name: string, input?: Record<string, unknown>): Promise<NonNullable<OperationAnswer['output']>>;
} {
  const asked: string[] = [];
  return {
    asked,
    async call(name, input = {}) {
      const operation = service.operations.find((one) => one.name === name);
      if (operation === undefined || operation.support === 'refused' || operation.handle === undefined) {
        throw new Error(`${name} is not to be called`);
      }
      const answer = await operation.handle({
        requestId: 'request-1',
        principal: {
          type: 'root',
          arn: 'arn:aws:iam::000000000000:root',
          account: '000000000000',
          userId: '000000000000',
        },
        path: {},
        query: new URLSearchParams(),
        headers: {},
        input,
        signal: new AbortController().signal,
        authorize: (action, resource) => void asked.push(`${action} ${resource}`),
      });
      return answer.output ?? {};
    },
  };
}
