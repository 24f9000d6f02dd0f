import type { InvocationId, Offer } from '../protocol/message.ts';

const STALE_OFFERS = 256;

/** Offers that may be too old to run, kept until the stub has offered them again or given up. */
export class StaleOffers<Kept extends { readonly offer: Offer }> {
  readonly #kept = new Map<InvocationId, { readonly offer: Kept; readonly timer: NodeJS.Timeout }>();

  keep(kept: Kept): void {
    const { id, meta } = kept.offer;
    if (this.#kept.size >= STALE_OFFERS || this.#kept.has(id)) return;
    const timer = setTimeout(() => this.#kept.delete(id), meta.claimTimeoutMs);
    timer.unref();
    this.#kept.set(id, { offer: kept, timer });
  }

  get(id: InvocationId): Kept | undefined {
    return this.#kept.get(id)?.offer;
  }

  delete(id: InvocationId): void {
    clearTimeout(this.#kept.get(id)?.timer);
    this.#kept.delete(id);
  }

  close(): void {
    for (const id of [...this.#kept.keys()]) this.delete(id);
  }
}
