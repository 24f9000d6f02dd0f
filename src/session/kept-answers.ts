/** What ends: its answer is let go of. */
export type Keepable = { discard(): void };

type Kept = {
  readonly invocation: Keepable;
  readonly bytes: number;
  readonly since: number;
  readonly until: number;
};

/** A stub that missed an answer has asked for it by then: beats that stop are asked after within two intervals. */
const ASKED_MS = 3_000;

/**
 * Answers that a stub may still ask for, until their deadlines, within bounds: at a high rate the oldest go first,
 * and a stub that asks for one of those is told that it is unknown.
 */
export class KeptAnswers {
  readonly #onForget: (id: string, why: 'expired' | 'full') => void;
  readonly #now: () => number;
  readonly #limits: { readonly count: number; readonly bytes: number };
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly onForget: (id: string, why: 'expired' | 'full') => void;
    readonly now?: () => number;
    readonly limits?: { readonly count: number; readonly bytes: number };
  }) {
    this.#onForget = options.onForget;
    this.#now = options.now ?? (() => performance.now());
    this.#limits = options.limits ?? { count: 4096, bytes: 64 * 1024 * 1024 };
  }

  add(id: string, invocation: Keepable, keepMs: number, bytes: number): void {
    const since = this.#now();
    this.#kept.set(id, { invocation, bytes, since, until: since + keepMs });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limits.count && this.#bytes <= this.#limits.bytes) break;
      this.#forget(oldest, this.#mayBeAskedFor(oldest) ? 'full' : 'expired');
    }
    this.#arm();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const id of [...this.#kept.keys()]) this.#forget(id, 'expired');
  }

  #mayBeAskedFor(id: string): boolean {
    const kept = this.#kept.get(id);
    return kept !== undefined && this.#now() - kept.since < ASKED_MS;
  }

  // One timer for all: a timer for each invocation would outlive it by the function's whole timeout.
  #arm(): void {
    if (this.#timer !== undefined || this.#kept.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = this.#now();
      for (const [id, { until }] of this.#kept) if (until <= now) this.#forget(id, 'expired');
      this.#arm();
    }, 1000);
    this.#timer.unref();
  }

  #forget(id: string, why: 'expired' | 'full'): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#bytes -= kept.bytes;
    kept.invocation.discard();
    this.#onForget(id, why);
  }
}
