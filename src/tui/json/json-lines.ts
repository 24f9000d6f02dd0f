import { printable } from '../../session/printable.ts';
import type { Lines, Span } from '../lines/span.ts';
import { span } from '../lines/span.ts';
import type { Token } from '../theme.ts';
import { isContainer, isFolded, maybeEmbedded } from './json-document.ts';
import { INDENT, indentOf } from './json-indent.ts';
import type { JsonLayout, JsonRow } from './json-layout.ts';
import { type JsonTape, NO_NODE } from './json-tape.ts';

/** A grapheme is rarely more code units than this: no row needs more of a text. */
const UNITS_A_COLUMN = 8;

/** The rows of a document, each with the number of its line, in the colours of what its values are. */
export function jsonLines(layout: JsonLayout, columns: number): Lines {
  const { tape } = layout.document;
  const digits = String(tape.lines[0] ?? 1).length;
  const longest = Math.max(1, columns) * UNITS_A_COLUMN;
  return { count: layout.rows, row: (index) => rowSpans(layout, layout.rowAt(index), { digits, longest }) };
}

type Format = { readonly digits: number; readonly longest: number };

function rowSpans(layout: JsonLayout, row: JsonRow, { digits, longest }: Format): readonly Span[] {
  const { document } = layout;
  const { tape } = document;
  const { node } = row;
  const number = span(
    `${row.kind === 'part' ? ''.padStart(digits) : String(row.line).padStart(digits)} `,
    'faint',
  );
  const indent = ' '.repeat(indentOf(tape, node));
  const comma = hasSibling(tape, node) ? ',' : '';
  if (row.kind === 'close') {
    const bracket = tape.text[tape.start[node] ?? 0] === '{' ? '}' : ']';
    return [number, span(indent + bracket + comma)];
  }
  if (row.kind === 'part') {
    const piece = layout.piece(node, row.part) ?? '';
    const last = layout.piece(node, row.part + 1) === undefined;
    return [number, span(indent + ' '.repeat(INDENT)), span(piece, 'string'), span(last ? comma : '')];
  }
  const key = keySpans(tape, node, longest);
  if (isContainer(tape, node)) {
    const folded = isFolded(document, node);
    const ends = folded || tape.children[node] === 0 ? comma : '';
    return [
      number,
      span(indent),
      ...key,
      ...bracketSpans(tape, node, folded),
      span(ends),
      ...(document.embedded.has(node) ? [span('  in a string', 'faint')] : []),
    ];
  }
  const wrapped = layout.piece(node, 0);
  const { text, token } = scalarSpan(tape, node, longest);
  return [
    number,
    span(indent),
    ...key,
    span(wrapped ?? text, token),
    span(wrapped === undefined ? comma : ''),
    ...(wrapped === undefined && maybeEmbedded(tape, node) ? [span('  JSON', 'faint')] : []),
  ];
}

function keySpans(tape: JsonTape, node: number, longest: number): readonly Span[] {
  const from = tape.keyStart[node] ?? NO_NODE;
  if (from === NO_NODE) return [];
  const to = Math.min(tape.keyEnd[node] ?? from, from + longest);
  return [span(printable(tape.text.slice(from, to)), 'key'), span(': ')];
}

function bracketSpans(tape: JsonTape, node: number, folded: boolean): readonly Span[] {
  const [open, close] = tape.text[tape.start[node] ?? 0] === '{' ? ['{', '}'] : ['[', ']'];
  const children = tape.children[node] ?? 0;
  if (children === 0) return [span(open + close)];
  if (!folded) return [span(open)];
  const noun = open === '{' ? 'key' : 'item';
  return [span(`${open}…${close}`), span(` ${children} ${noun}${children === 1 ? '' : 's'}`, 'faint')];
}

function scalarSpan({ text, start, end }: JsonTape, node: number, longest: number): Span {
  const from = start[node] ?? 0;
  const whole = text.slice(from, Math.min(end[node] ?? from, from + longest));
  return span(printable(whole), tokenOf(whole));
}

function tokenOf(scalar: string): Token {
  if (scalar.startsWith('"')) return 'string';
  return /^[-\d]/.test(scalar) ? 'number' : 'word';
}

/** Whether another value follows in the same container. */
function hasSibling({ next, parent, count }: JsonTape, node: number): boolean {
  const following = next[node] ?? count;
  return node !== 0 && following < count && parent[following] === parent[node];
}
