/** Faults that were injected, by kind, and when: the trace of an invocation shows those around it. */
export class FaultCounter {
  readonly #counts = new Map<string, number>();
  readonly #log: { readonly at: number; readonly text: string }[] = [];
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  count(kind: string, detail: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#log.push({ at: this.#now(), text: `${kind}: ${detail}` });
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => a.localeCompare(b)));
  }

  get total(): number {
    return this.#log.length;
  }

  /** Milliseconds of the same clock as the ledger. */
  between(from: number, to: number): readonly { readonly at: number; readonly text: string }[] {
    return this.#log.filter(({ at }) => at >= from && at <= to);
  }
}
