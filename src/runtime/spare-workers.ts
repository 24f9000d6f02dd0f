import type { SpawnWorker, Worker, WorkerProfile } from './worker.ts';

export type SpareWorkersOptions = {
  readonly spawnWorker: SpawnWorker;
  /** Spares for so many profiles, those used last. @default 4 */
  readonly profiles?: number;
  /** Quiet time after the last start before a taken spare is replaced. @default 50 */
  readonly refillDelayMs?: number;
  /** Whether a spare that was taken is replaced. @default true */
  readonly refills?: boolean;
};

type Spare = { readonly profile: WorkerProfile; worker: Worker | undefined };

/**
 * One process per profile that has booted and waits for code, because booting is most of a cold start. A spare that
 * was taken is replaced only when starts have been over for a moment: until then the processor belongs to them.
 */
export class SpareWorkers {
  readonly #spawn: SpawnWorker;
  readonly #limit: number;
  readonly #refillDelayMs: number;
  readonly #refills: boolean;
  /** The profiles in use, the latest last, and the spare of each where there is one. */
  readonly #spares = new Map<string, Spare>();
  #starts = 0;
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ spawnWorker, profiles = 4, refillDelayMs = 50, refills = true }: SpareWorkersOptions) {
    this.#spawn = spawnWorker;
    this.#limit = profiles;
    this.#refillDelayMs = refillDelayMs;
    this.#refills = refills;
  }

  /** Whether no start is under way. */
  get isQuiet(): boolean {
    return this.#starts === 0;
  }

  /** The spare, or a new process. The caller owns it, and calls `started` once when its start has ended. */
  take(profile: WorkerProfile): Worker {
    if (this.#closed) throw new Error('expected an open runtime to start a worker in');
    clearTimeout(this.#refill);
    this.#starts += 1;
    const worker = profile.deferred ? undefined : this.#taken(profile);
    if (worker?.alive) return worker;
    try {
      return this.#spawn(profile);
    } catch (error) {
      this.started();
      throw error;
    }
  }

  /** Every `take` is followed by one of these. */
  started(): void {
    this.#starts -= 1;
    this.#refillSoon();
  }

  /** Boots a spare now, where there is none and one can be: it is about to be taken. */
  prepare(profile: WorkerProfile): void {
    if (!this.#closed && !profile.deferred) this.#fill(this.#touch(profile));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#refill);
    const workers = [...this.#spares.values()].map(({ worker }) => worker);
    this.#spares.clear();
    await Promise.all(workers.map((worker) => worker?.kill()));
  }

  #taken(profile: WorkerProfile): Worker | undefined {
    const spare = this.#touch(profile);
    const { worker } = spare;
    spare.worker = undefined;
    return worker;
  }

  #touch(profile: WorkerProfile): Spare {
    const key = `${profile.memoryMb} ${profile.nodeOptions ?? ''}`;
    const spare: Spare = this.#spares.get(key) ?? { profile, worker: undefined };
    this.#spares.delete(key);
    this.#spares.set(key, spare);
    for (const [oldest, { worker }] of this.#spares) {
      if (this.#spares.size <= this.#limit) break;
      this.#spares.delete(oldest);
      void worker?.kill();
    }
    return spare;
  }

  #refillSoon(): void {
    if (this.#starts > 0 || this.#closed || !this.#refills) return;
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => {
      for (const spare of this.#spares.values()) this.#fill(spare);
    }, this.#refillDelayMs);
    // It is for later invocations only: nothing waits for it.
    this.#refill.unref();
  }

  #fill(spare: Spare): void {
    // A spare that died by itself (bad NODE_OPTIONS) stays where it is until it is taken: else it would be started
    // for ever.
    if (spare.worker !== undefined) return;
    try {
      spare.worker = this.#spawn(spare.profile);
    } catch {
      // The next invocation is told: its own start fails in the same way.
    }
  }
}
