import { parseFrame } from '../../../src/protocol/frame.ts';
import type { InvocationId, Kind } from '../../../src/protocol/message.ts';
import type { Passed } from './fault-proxy.ts';

export type WireEvent = {
  readonly at: number;
  readonly kind: Kind;
  /** From the stub, to the session, from the session, to the stub. */
  readonly where: 'stub→' | '→session' | 'session→' | '→stub';
  readonly sequence: number;
};

/** What passed of each invocation, frame by frame, and which topics were retained. */
export class WireTrace {
  readonly #events = new Map<InvocationId, WireEvent[]>();
  readonly #retained = new Set<string>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add({ unit: { publish }, party, way }: Passed): void {
    if (publish === undefined) return;
    if (publish.retain && way === 'in') this.#retained.add(publish.topic);
    const frame = parseFrame(publish.payload);
    if (typeof frame === 'string') return;
    const where = way === 'in' ? (`${party}→` as WireEvent['where']) : (`→${party}` as WireEvent['where']);
    const events = this.#events.get(frame.id) ?? [];
    events.push({ at: this.#now(), kind: frame.kind, where, sequence: frame.sequence });
    this.#events.set(frame.id, events);
  }

  of(id: InvocationId): readonly WireEvent[] {
    return this.#events.get(id) ?? [];
  }

  /** When the stub could first know that it runs on a laptop. */
  claimReachedStub(id: InvocationId): number | undefined {
    return this.of(id).find(
      ({ kind, where }) => where === '→stub' && (kind === 'claim' || kind === 'beat' || kind === 'chunk'),
    )?.at;
  }

  /** Every topic that somebody retained something on. */
  get retainedTopics(): readonly string[] {
    return [...this.#retained].sort();
  }
}
