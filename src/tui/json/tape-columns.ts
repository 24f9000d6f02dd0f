import type { JsonTape } from './json-tape.ts';

const NONE = 0xffff_ffff;

type Name = Exclude<keyof JsonTape, 'text' | 'complete' | 'count'>;

/** The arrays of a tape while it is written: they grow with the number of values, which only the whole text tells. */
export class TapeColumns {
  count = 0;
  /** The innermost value that has no end yet. */
  open = NONE;
  #columns: Record<Name, Uint32Array>;
  #capacity: number;
  #line = 0;

  /** Most documents have a value in every 16 characters or fewer. */
  constructor(characters: number) {
    this.#capacity = Math.max(16, characters >> 4);
    this.#columns = columnsOf(() => new Uint32Array(this.#capacity));
  }

  startOf(node: number): number {
    return this.#columns.start[node] ?? 0;
  }

  /** A value inside the open one; it is the open one from now on. */
  add(start: number, keyStart: number, keyEnd: number): void {
    const node = this.count;
    if (node === this.#capacity) this.#grow();
    const columns = this.#columns;
    columns.start[node] = start;
    columns.keyStart[node] = keyStart;
    columns.keyEnd[node] = keyEnd;
    columns.parent[node] = this.open;
    columns.line[node] = this.#line;
    if (this.open !== NONE) {
      columns.depth[node] = (columns.depth[this.open] ?? 0) + 1;
      columns.children[this.open] = (columns.children[this.open] ?? 0) + 1;
    }
    this.#line += 1;
    this.count += 1;
    this.open = node;
  }

  /** The open value ends before `end`. */
  close(end: number): void {
    const node = this.open;
    const columns = this.#columns;
    if (columns.children[node] !== 0) this.#line += 1;
    columns.end[node] = end;
    columns.next[node] = this.count;
    columns.lines[node] = this.#line - (columns.line[node] ?? 0);
    this.open = columns.parent[node] ?? NONE;
  }

  finish(): Pick<JsonTape, Name | 'count'> {
    return { count: this.count, ...columnsOf((name) => this.#columns[name].subarray(0, this.count)) };
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = columnsOf((name) => {
      const grown = new Uint32Array(this.#capacity);
      grown.set(this.#columns[name]);
      return grown;
    });
  }
}

function columnsOf(make: (name: Name) => Uint32Array): Record<Name, Uint32Array> {
  return {
    start: make('start'),
    end: make('end'),
    keyStart: make('keyStart'),
    keyEnd: make('keyEnd'),
    parent: make('parent'),
    next: make('next'),
    depth: make('depth'),
    line: make('line'),
    lines: make('lines'),
    children: make('children'),
  };
}
