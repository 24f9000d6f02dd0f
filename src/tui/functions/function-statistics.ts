import type { SessionEvent } from '../../session/event.ts';
import { phaseOfResult } from '../../session/session-state.ts';
import type { SessionStore } from '../../session/store.ts';
import { InvocationNames } from '../invocation-names.ts';

/** What the last invocations of a function were like. */
export type FunctionFigures = {
  /** Milliseconds, of at most `DURATIONS` of the last invocations; undefined before the first one ended. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  /** Invocations per `SLOT_MS`, oldest first, up to now; always `SLOTS` of them. */
  readonly activity: readonly number[];
};

/** Durations from which percentiles are told. */
const DURATIONS = 512;
/** Ten minutes in slots of ten seconds. */
const SLOT_MS = 10_000;
const SLOTS = 60;

type Kept = {
  readonly durations: Float64Array;
  /** Of all that ever came: the next one's place is its remainder. */
  measured: number;
  readonly slots: Uint32Array;
  /** Number of the newest slot, counted from the epoch. */
  newest: number;
  percentiles: { readonly measured: number; readonly p50: number; readonly p95: number } | undefined;
};

/**
 * Durations and activity of each function, bounded, made of the session's events. Beside the store and not in it: only a
 * screen shows them, and no other output pays for them.
 */
export class FunctionStatistics {
  readonly #kept = new Map<string, Kept>();
  readonly #names: InvocationNames;
  readonly #now: () => number;
  /** Idempotent. */
  readonly close: () => void;

  /** `now`: epoch milliseconds. */
  constructor(store: Pick<SessionStore, 'onEvent' | 'getState'>, now: () => number = Date.now) {
    this.#now = now;
    const known = store.getState();
    this.#names = new InvocationNames(known);
    for (const { functionName, durationMs, phase } of known.invocations) {
      this.#count(functionName);
      if (durationMs !== undefined && phase !== 'cancelled') this.#measure(functionName, durationMs);
    }
    this.close = store.onEvent((event) => this.#accept(event));
  }

  of(functionName: string): FunctionFigures {
    const kept = this.#kept.get(functionName);
    if (kept === undefined) return { p50: undefined, p95: undefined, activity: NO_ACTIVITY };
    advance(kept, this.#slotNow());
    const activity = Array.from(kept.slots, (_, index) => kept.slots[(kept.newest + 1 + index) % SLOTS] ?? 0);
    const { p50, p95 } = percentilesOf(kept) ?? {};
    return { p50, p95, activity };
  }

  #accept(event: SessionEvent): void {
    this.#names.accept(event);
    if (event.type === 'offered') {
      this.#count(event.functionName);
    } else if (event.type === 'observed') {
      this.#count(event.functionName);
      this.#measure(event.functionName, event.durationMs);
    } else if (event.type === 'ended' && phaseOfResult(event.result) !== 'cancelled') {
      const name = this.#names.nameOf(event.id);
      if (name !== undefined) this.#measure(name, event.result.durationMs);
    }
  }

  #count(name: string): void {
    const kept = this.#keptOf(name);
    advance(kept, this.#slotNow());
    const slot = kept.newest % SLOTS;
    kept.slots[slot] = (kept.slots[slot] ?? 0) + 1;
  }

  #measure(name: string, durationMs: number): void {
    const kept = this.#keptOf(name);
    kept.durations[kept.measured % DURATIONS] = durationMs;
    kept.measured += 1;
  }

  #keptOf(name: string): Kept {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const kept: Kept = {
      durations: new Float64Array(DURATIONS),
      measured: 0,
      slots: new Uint32Array(SLOTS),
      newest: this.#slotNow(),
      percentiles: undefined,
    };
    this.#kept.set(name, kept);
    return kept;
  }

  #slotNow(): number {
    return Math.floor(this.#now() / SLOT_MS);
  }
}

const NO_ACTIVITY: readonly number[] = new Array<number>(SLOTS).fill(0);

/** Empties the slots between the newest one and now. A clock that was set back changes nothing. */
function advance(kept: Kept, slotNow: number): void {
  const passed = Math.min(SLOTS, slotNow - kept.newest);
  for (let step = 1; step <= passed; step += 1) kept.slots[(slotNow - passed + step) % SLOTS] = 0;
  if (passed > 0) kept.newest = slotNow;
}

function percentilesOf(kept: Kept): Kept['percentiles'] {
  if (kept.measured === 0) return undefined;
  if (kept.percentiles?.measured === kept.measured) return kept.percentiles;
  const sorted = kept.durations.slice(0, Math.min(kept.measured, DURATIONS)).sort();
  // Nearest rank: always a duration that there was.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  kept.percentiles = { measured: kept.measured, p50: at(0.5), p95: at(0.95) };
  return kept.percentiles;
}
