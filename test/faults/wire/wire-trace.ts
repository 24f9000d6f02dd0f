import { parseFrame } from '../../../src/protocol/frame.ts';
import type { InvocationId, Kind } from '../../../src/protocol/message.ts';
import { decodeSessionState } from '../../../src/protocol/presence.ts';
import { parseTopic } from '../../../src/protocol/topics.ts';
import type { Passed } from './fault-proxy.ts';
import type { RawPublish } from './packet-cutter.ts';

export type WireEvent = {
  readonly at: number;
  readonly kind: Kind;
  /** From the stub, to the session, from the session, to the stub. */
  readonly where: 'stub→' | '→session' | 'session→' | '→stub';
  readonly sequence: number;
};

const CLAIMS: ReadonlySet<Kind> = new Set(['claim', 'beat', 'chunk']);
/** What is on its way to a stub that is just deciding. */
const CROSSING_MS = 250;
/** The word that a session is gone may be older than the call which it meets. */
const KNOWN_MS = 1_000;

/** What passed of each invocation, frame by frame, and which topics were retained. */
export class WireTrace {
  readonly #events = new Map<InvocationId, WireEvent[]>();
  readonly #retained = new Set<string>();
  /** When a stub was told that a session is gone. */
  readonly #offline: number[] = [];
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add({ unit: { publish }, party, way }: Passed): void {
    if (publish === undefined) return;
    if (publish.retain && way === 'in') this.#retained.add(publish.topic);
    if (way === 'out' && party === 'stub' && saysOffline(publish)) this.#offline.push(this.#now());
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

  /**
   * Whether the stub may have let the deployed handler run: it was told that the session is gone, and had heard of no
   * claim when it withdrew, or when the deployed handler had started.
   */
  mayHaveDeployed(id: InvocationId, calledAt: number, deployedAt: number): boolean {
    const events = this.of(id);
    const withdrawn = events.find(({ kind, where }) => kind === 'withdraw' && where === 'stub→')?.at;
    const claimed = events.find(({ kind, where }) => CLAIMS.has(kind) && where === '→stub')?.at;
    const decidedAt = Math.min(withdrawn ?? deployedAt, deployedAt);
    const toldOffline = this.#offline.some((at) => at >= calledAt - KNOWN_MS && at <= decidedAt);
    return toldOffline && (claimed === undefined || claimed > decidedAt - CROSSING_MS);
  }

  /** Every topic that somebody retained something on. */
  get retainedTopics(): readonly string[] {
    return [...this.#retained].sort();
  }
}

function saysOffline({ topic, payload }: RawPublish): boolean {
  if (parseTopic(topic)?.type !== 'session') return false;
  // Empty is a session's own goodbye.
  return payload.byteLength === 0 || decodeSessionState(payload)?.state === 'offline';
}
