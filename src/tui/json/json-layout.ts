import { printable } from '../../session/printable.ts';
import { wrap } from '../display-width.ts';
import type { JsonDocument } from './json-document.ts';
import { gutterOf, INDENT, indentOf } from './json-indent.ts';
import { type JsonTape, NO_NODE } from './json-tape.ts';

/** What stands in a row. */
export type JsonRow = {
  readonly node: number;
  /** `part`: a piece of a wrapped string, from 1; its first piece stands in the row that has the value's name. */
  readonly kind: 'open' | 'close' | 'part';
  readonly part: number;
  /** Of the document with nothing folded, from 1. */
  readonly line: number;
};

/** More of one string is not wrapped: what is not looked at must not cost a second. */
const WRAPPED_CHARACTERS = 256 * 1024;

/** A value that takes another number of rows than of lines. */
type Edit = {
  readonly node: number;
  readonly line: number;
  /** Row of the value's first line. */
  readonly row: number;
  readonly hidden: number;
  readonly pieces: readonly string[];
};

/** Where each row of a document is, found by halving: no row is made before it is looked at. */
export class JsonLayout {
  readonly document: JsonDocument;
  readonly rows: number;
  readonly #edits: readonly Edit[];

  constructor(document: JsonDocument, columns: number) {
    this.document = document;
    this.#edits = editsOf(document, columns);
    const last = this.#edits.at(-1);
    const lines = document.tape.lines[0] ?? 0;
    this.rows = last === undefined ? lines : last.row + (lines - last.line) - last.hidden + extraRows(last);
  }

  rowAt(row: number): JsonRow {
    const { tape } = this.document;
    const edit = this.#edits[lastIndex(this.#edits.length, (index) => (this.#edits[index]?.row ?? 0) <= row)];
    if (edit === undefined) return rowOfLine(tape, row);
    const behind = row - edit.row;
    if (behind > 0 && behind <= extraRows(edit))
      return { node: edit.node, kind: 'part', part: behind, line: edit.line + 1 };
    if (behind === 0) return { node: edit.node, kind: 'open', part: 0, line: edit.line + 1 };
    return rowOfLine(tape, edit.line + edit.hidden + behind - extraRows(edit));
  }

  /** The row of a value's first line; of the folded container that hides it. */
  rowOf(node: number): number {
    const { line } = this.document.tape;
    const wanted = line[node] ?? 0;
    const index = lastIndex(this.#edits.length, (at) => (this.#edits[at]?.line ?? 0) <= wanted);
    const edit = this.#edits[index];
    if (edit === undefined) return wanted;
    if (wanted <= edit.line + edit.hidden) return edit.row;
    return edit.row + (wanted - edit.line) - edit.hidden + extraRows(edit);
  }

  /** A piece of a string that is wrapped; undefined when the value is in one piece. */
  piece(node: number, part: number): string | undefined {
    const index = lastIndex(this.#edits.length, (at) => (this.#edits[at]?.node ?? 0) <= node);
    const edit = this.#edits[index];
    return edit?.node === node ? edit.pieces[part] : undefined;
  }
}

function extraRows({ pieces }: Edit): number {
  return Math.max(0, pieces.length - 1);
}

function editsOf({ tape, folded, wrapped }: JsonDocument, columns: number): readonly Edit[] {
  const strings = [...wrapped].sort((one, other) => one - other);
  const edits: Edit[] = [];
  let shift = 0;
  let string = 0;
  let behind = 0;
  const addStringsBefore = (end: number): void => {
    for (; (strings[string] ?? NO_NODE) < end; string += 1) {
      const node = strings[string] ?? 0;
      if (node < behind) continue;
      const line = tape.line[node] ?? 0;
      const edit = { node, line, row: line + shift, hidden: 0, pieces: piecesOf(tape, node, columns) };
      edits.push(edit);
      shift += extraRows(edit);
    }
  };
  for (const node of folded) {
    // Inside another one that is folded.
    if (node < behind) continue;
    addStringsBefore(node);
    const line = tape.line[node] ?? 0;
    const hidden = (tape.lines[node] ?? 1) - 1;
    edits.push({ node, line, row: line + shift, hidden, pieces: [] });
    shift -= hidden;
    behind = tape.next[node] ?? 0;
  }
  addStringsBefore(NO_NODE);
  return edits;
}

function piecesOf(tape: JsonTape, node: number, columns: number): readonly string[] {
  const start = tape.start[node] ?? 0;
  const end = tape.end[node] ?? 0;
  const cut = end - start > WRAPPED_CHARACTERS;
  const text = printable(tape.text.slice(start, Math.min(end, start + WRAPPED_CHARACTERS)));
  const whole = cut ? `${text}… ${end - start - WRAPPED_CHARACTERS} more characters` : text;
  // One column stays free for a comma.
  const room = Math.max(8, columns - gutterOf(tape) - indentOf(tape, node) - INDENT - 1);
  // The name stands alone in the first row, so that all pieces are as wide as the room.
  return tape.keyStart[node] === NO_NODE ? wrap(whole, room) : ['', ...wrap(whole, room)];
}

function rowOfLine(tape: JsonTape, line: number): JsonRow {
  let node = lastIndex(tape.count, (index) => (tape.line[index] ?? 0) <= line);
  if (tape.line[node] === line) return { node, kind: 'open', part: 0, line: line + 1 };
  while (node !== NO_NODE && (tape.line[node] ?? 0) + (tape.lines[node] ?? 1) - 1 !== line)
    node = tape.parent[node] ?? NO_NODE;
  return { node: node === NO_NODE ? 0 : node, kind: 'close', part: 0, line: line + 1 };
}

/** The last index for which it holds, when it holds for all before, too; -1 for none. */
export function lastIndex(count: number, holds: (index: number) => boolean): number {
  let low = -1;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
