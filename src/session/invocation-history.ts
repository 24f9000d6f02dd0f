import type { InvocationRecord } from './store.ts';

/** Close to the root of how many are kept: a change copies one chunk and the list of chunks. */
const CHUNK = 128;

type Chunk = readonly InvocationRecord[];

/** Where the records of the newest history of a line are. Older histories search for what is no longer in it. */
type Index = {
  newest: InvocationHistory | undefined;
  readonly places: Map<string, number>;
  readonly requests: Map<string, { readonly attempt: number; readonly id: string }>;
};

type Parts = {
  readonly kept: readonly InvocationRecord[];
  readonly chunks: readonly Chunk[];
  readonly base: number;
  readonly from: number;
  readonly to: number;
  readonly bodiesFrom: number;
  readonly passed: readonly string[];
  readonly leftOut: number;
};

const NOTHING: Parts = {
  kept: [],
  chunks: [],
  base: 0,
  from: 0,
  to: 0,
  bodiesFrom: 0,
  passed: [],
  leftOut: 0,
};

/**
 * The invocations that a session remembers, oldest first. Immutable: each change gives another history, which shares all
 * but a chunk with this one. Thousands of changes a second over ten thousand records must not copy them all.
 */
export class InvocationHistory implements Iterable<InvocationRecord> {
  /**
   * `kept`: records whose neighbours were let go while they could not be, oldest first; few. `chunks`: the records from
   * place `from` up to `to`, of which chunk 0 begins at `base`. Bodies before `bodiesFrom` are let go, but for `passed`.
   */
  readonly #parts: Parts;
  readonly #index: Index;

  private constructor(parts: Parts, index: Index) {
    this.#parts = parts;
    this.#index = index;
    index.newest = this;
  }

  static empty(): InvocationHistory {
    return new InvocationHistory(NOTHING, newIndex());
  }

  get length(): number {
    return this.#parts.kept.length + this.#parts.to - this.#parts.from;
  }

  /** How many older ones are no longer here. */
  get leftOut(): number {
    return this.#parts.leftOut;
  }

  /** By its place, 0 being the oldest; a negative one counts from the end. */
  at(position: number): InvocationRecord | undefined {
    const index = position < 0 ? this.length + position : position;
    const { kept } = this.#parts;
    return index < kept.length ? kept[index] : this.#atPlace(this.#parts.from + index - kept.length);
  }

  /** As of an array, without negative positions. */
  slice(start = 0, end: number = this.length): readonly InvocationRecord[] {
    const records: InvocationRecord[] = [];
    for (let position = start; position < Math.min(end, this.length); position += 1) {
      const record = this.at(position);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  *[Symbol.iterator](): Iterator<InvocationRecord> {
    for (let position = 0; position < this.length; position += 1) {
      const record = this.at(position);
      if (record !== undefined) yield record;
    }
  }

  find(id: string): InvocationRecord | undefined {
    return this.at(this.positionOf(id));
  }

  /** Its place, or `length` when it is not here. */
  positionOf(id: string): number {
    const { kept, from } = this.#parts;
    const place = this.#index.places.get(id);
    // Records stay in their places, so that a newer history's index finds what this one has, too.
    if (place !== undefined && this.#atPlace(place)?.id === id) return kept.length + place - from;
    if (this.#index.newest === this) {
      const position = kept.findIndex((record) => record.id === id);
      return position === -1 ? this.length : position;
    }
    for (let position = this.length - 1; position >= 0; position -= 1) {
      if (this.at(position)?.id === id) return position;
    }
    return this.length;
  }

  /** The highest attempt of a request id among those here: 0 without one. */
  attemptsOf(requestId: string): number {
    if (this.#index.newest === this) return this.#index.requests.get(requestId)?.attempt ?? 0;
    let attempts = 0;
    for (const record of this)
      if (record.requestId === requestId) attempts = Math.max(attempts, record.attempt);
    return attempts;
  }

  /** With a newer one, whose id is not here. */
  append(record: InvocationRecord): InvocationHistory {
    const { chunks, base, to } = this.#parts;
    const index = this.#ownIndex();
    index.places.set(record.id, to);
    index.requests.set(record.requestId, { attempt: record.attempt, id: record.id });
    const at = Math.floor((to - base) / CHUNK);
    const last = chunks[at];
    const grown = chunks.slice();
    grown[at] = last === undefined ? [record] : last.concat([record]);
    return this.#with({ chunks: grown, to: to + 1 }, index);
  }

  /** With another record in the place of that of the same id, if it is here. */
  replace(record: InvocationRecord): InvocationHistory {
    const position = this.positionOf(record.id);
    if (position === this.length) return this;
    const { kept, chunks, base, from } = this.#parts;
    const index = this.#ownIndex();
    if (position < kept.length) return this.#with({ kept: kept.with(position, record) }, index);
    const place = from + position - kept.length - base;
    const at = Math.floor(place / CHUNK);
    const changed = (chunks[at] ?? []).with(place % CHUNK, record);
    return this.#with({ chunks: chunks.with(at, changed) }, index);
  }

  /** Without the oldest that may go, and that one; itself when none may. */
  dropOldest(mayGo: (record: InvocationRecord) => boolean): {
    readonly history: InvocationHistory;
    readonly dropped: InvocationRecord | undefined;
  } {
    const { kept, leftOut } = this.#parts;
    const gone = kept.findIndex(mayGo);
    if (gone !== -1) {
      const dropped = kept[gone];
      const index = this.#ownIndex();
      forget(index, dropped);
      return { history: this.#with({ kept: kept.toSpliced(gone, 1), leftOut: leftOut + 1 }, index), dropped };
    }
    const staying: InvocationRecord[] = [];
    // The newest one stays in its place, whatever it is.
    for (let place = this.#parts.from; place < this.#parts.to - 1; place += 1) {
      const record = this.#atPlace(place);
      if (record === undefined) break;
      if (!mayGo(record)) {
        staying.push(record);
        continue;
      }
      const index = this.#ownIndex();
      for (const one of staying) index.places.delete(one.id);
      forget(index, record);
      const parts = { kept: kept.concat(staying), from: place + 1, leftOut: leftOut + 1 };
      return { history: this.#with({ ...parts, ...this.#chunksFrom(place + 1) }, index), dropped: record };
    }
    return { history: this, dropped: undefined };
  }

  /**
   * The oldest record whose bodies may go, and a history that remembers up to where it has looked: every record is looked
   * at once, and again only those that could not be let go then.
   */
  oldestWithBodies(mayGo: (record: InvocationRecord) => boolean): {
    readonly history: InvocationHistory;
    readonly record: InvocationRecord | undefined;
  } {
    const { passed, bodiesFrom, from, to } = this.#parts;
    const waiting = passed.flatMap((id) => this.find(id) ?? []).filter((one) => !one.bodiesLeftOut);
    const ready = waiting.find(mayGo);
    if (ready !== undefined) return { history: this, record: ready };
    const stillWaiting = waiting.map(({ id }) => id);
    for (let place = Math.max(bodiesFrom, from); place < to; place += 1) {
      const record = this.#atPlace(place);
      if (record === undefined || record.bodiesLeftOut) continue;
      if (mayGo(record)) {
        const history = this.#with({ bodiesFrom: place, passed: stillWaiting }, this.#ownIndex());
        return { history, record };
      }
      stillWaiting.push(record.id);
    }
    return {
      history: this.#with({ bodiesFrom: to, passed: stillWaiting }, this.#ownIndex()),
      record: undefined,
    };
  }

  #atPlace(place: number): InvocationRecord | undefined {
    const { chunks, base, from, to } = this.#parts;
    if (place < from || place >= to) return undefined;
    return chunks[Math.floor((place - base) / CHUNK)]?.[(place - base) % CHUNK];
  }

  /** Chunks that hold nothing any more are let go. */
  #chunksFrom(place: number): Pick<Parts, 'chunks' | 'base'> {
    const { chunks, base } = this.#parts;
    const empty = Math.floor((place - base) / CHUNK);
    return empty === 0 ? { chunks, base } : { chunks: chunks.slice(empty), base: base + empty * CHUNK };
  }

  /** The index as it is for this history: a second change of the same history needs one of its own. */
  #ownIndex(): Index {
    if (this.#index.newest === this) return this.#index;
    const index = newIndex();
    const { kept, from } = this.#parts;
    let position = 0;
    for (const { id, requestId, attempt } of this) {
      if (position >= kept.length) index.places.set(id, from + position - kept.length);
      index.requests.set(requestId, { attempt, id });
      position += 1;
    }
    return index;
  }

  #with(changed: Partial<Parts>, index: Index): InvocationHistory {
    return new InvocationHistory({ ...this.#parts, ...changed }, index);
  }
}

function newIndex(): Index {
  return { newest: undefined, places: new Map(), requests: new Map() };
}

function forget(index: Index, record: InvocationRecord | undefined): void {
  if (record === undefined) return;
  index.places.delete(record.id);
  if (index.requests.get(record.requestId)?.id === record.id) index.requests.delete(record.requestId);
}
