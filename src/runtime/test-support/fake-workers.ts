import type { FunctionSpec, InvocationRequest, InvocationResult } from '../invocation.ts';
import { abortedFailure } from '../outcome.ts';
import type { ExitStatus, LoadedCode, LoadOutcome, SpawnWorker, Worker, WorkerProfile } from '../worker.ts';

/** Workers without processes: the test says when each of them has loaded, answers or dies. */
export class FakeWorkers {
  readonly all: FakeWorker[] = [];
  #spawned: (() => void)[] = [];

  readonly spawn: SpawnWorker = (profile) => {
    const worker = new FakeWorker(profile, this.all.length + 1);
    this.all.push(worker);
    for (const tell of this.#spawned.splice(0)) tell();
    return worker;
  };

  get alive(): readonly FakeWorker[] {
    return this.all.filter(({ alive }) => alive);
  }

  /** The one that was started as the nth, from 0. */
  nth(index: number): FakeWorker {
    const worker = this.all[index];
    if (!worker) throw new Error(`expected at least ${index + 1} workers, found ${this.all.length}`);
    return worker;
  }

  async spawned(count: number): Promise<void> {
    while (this.all.length < count) await new Promise<void>((resolve) => this.#spawned.push(resolve));
  }
}

export class FakeWorker implements Worker {
  readonly profile: WorkerProfile;
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly invoked: string[] = [];
  alive = true;
  loaded: { readonly spec: FunctionSpec; readonly code: LoadedCode } | undefined;
  running: InvocationRequest | undefined;
  readonly #exit: (status: ExitStatus) => void;
  #finishLoad: ((outcome: LoadOutcome) => void) | undefined;
  #finishRun: ((result: InvocationResult) => void) | undefined;

  constructor(profile: WorkerProfile, pid: number) {
    const { promise, resolve } = Promise.withResolvers<ExitStatus>();
    this.profile = profile;
    this.pid = pid;
    this.exited = promise;
    this.#exit = resolve;
  }

  get loading(): boolean {
    return this.#finishLoad !== undefined;
  }

  load(spec: FunctionSpec, code: LoadedCode): Promise<LoadOutcome> {
    if (this.loaded) throw new Error('loaded twice');
    this.loaded = { spec, code };
    const { promise, resolve } = Promise.withResolvers<LoadOutcome>();
    this.#finishLoad = resolve;
    if (!this.alive) this.finishLoad(abortedFailure());
    return promise;
  }

  invoke(request: InvocationRequest): Promise<InvocationResult> {
    if (!this.alive) throw new Error('a dead worker was given an invocation');
    if (!this.loaded || this.loading || this.running) throw new Error('invoked out of turn');
    this.invoked.push(request.requestId);
    this.running = request;
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    this.#finishRun = resolve;
    return promise;
  }

  finishLoad(outcome: LoadOutcome = { status: 'ready', initMs: 1, streaming: false }): void {
    this.#finishLoad?.(outcome);
    this.#finishLoad = undefined;
  }

  /** Answers the running invocation with its own event. */
  answer(): void {
    const payload = this.running?.event ?? new Uint8Array();
    this.#finish({ status: 'succeeded', payload, streamed: false, durationMs: 1, coldStart: false });
  }

  kill(): Promise<void> {
    this.die();
    return this.exited.then(() => {});
  }

  die(): void {
    this.alive = false;
    this.finishLoad(abortedFailure());
    if (this.running) {
      this.#finish({ ...abortedFailure(this.running.requestId), durationMs: 1, coldStart: false });
    }
    this.#exit({ code: null, signal: 'SIGKILL' });
  }

  #finish(result: InvocationResult): void {
    this.running = undefined;
    this.#finishRun?.(result);
    this.#finishRun = undefined;
  }
}
