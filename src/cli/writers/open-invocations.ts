import type { Phase, SessionEvent } from '../../session/event.ts';
import { phaseOfResult } from '../../session/session-state.ts';

type Offered = Extract<SessionEvent, { type: 'offered' }>;

/** The invocations that a writer has announced and not yet seen the end of. */
export class OpenInvocations {
  readonly #offers = new Map<string, Offered>();

  /** False when it is already known. */
  open(offer: Offered): boolean {
    if (this.#offers.has(offer.id)) return false;
    this.#offers.set(offer.id, offer);
    return true;
  }

  get(id: string): Offered | undefined {
    return this.#offers.get(id);
  }

  /** The offer of an invocation that ends now; undefined when it had ended before, as with a late answer. */
  end(id: string): Offered | undefined {
    const offer = this.#offers.get(id);
    this.#offers.delete(id);
    return offer;
  }
}

export function endPhase(event: Extract<SessionEvent, { type: 'ended' | 'stopped' }>): Phase {
  return event.type === 'ended' ? phaseOfResult(event.result) : event.phase;
}
