import { printable } from '../../session/printable.ts';
import { wrap } from '../display-width.ts';
import { sizeText } from '../lines/size-text.ts';
import { type Lines, linesOf, span } from '../lines/span.ts';
import { type JsonDocument, jsonDocument } from './json-document.ts';
import { scanJson } from './json-tape.ts';

/** What bytes turn out to be: JSON to fold and search, text, or neither. */
export type Body =
  | { readonly type: 'json'; readonly document: JsonDocument }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'binary'; readonly bytes: Uint8Array };

const bodies = new WeakMap<Uint8Array, Body>();

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Read once, however often it is drawn. `partial`: only the beginning of it is here. */
export function bodyOf(bytes: Uint8Array, { partial = false } = {}): Body {
  const known = bodies.get(bytes);
  if (known !== undefined) return known;
  const body = readBody(bytes, partial);
  bodies.set(bytes, body);
  return body;
}

function readBody(bytes: Uint8Array, partial: boolean): Body {
  const text = textOf(bytes, partial);
  if (text === undefined) return { type: 'binary', bytes };
  const tape = scanJson(text, { partial });
  return tape === undefined ? { type: 'text', text } : { type: 'json', document: jsonDocument(tape) };
}

/** Undefined for what is no text: a cut may go through a character, but nothing else may be wrong. */
function textOf(bytes: Uint8Array, partial: boolean): string | undefined {
  for (let cut = 0; cut <= (partial ? 3 : 0); cut += 1) {
    try {
      const text = decoder.decode(bytes.subarray(0, Math.max(0, bytes.byteLength - cut)));
      return text.includes('\u0000') ? undefined : text;
    } catch {
      // Not UTF-8 up to here; perhaps it is without the piece of a character at its end.
    }
  }
  return undefined;
}

/** Longer lines of a text go over the edge in pieces of this at most, so that one of megabytes is not wrapped at once. */
const WRAPPED_CHARACTERS = 512 * 1024;

const wrapped = new WeakMap<Body, { readonly columns: number; readonly lines: Lines }>();

/** The rows of text, or of a hex dump as `xxd` prints it. */
export function plainLines(body: Exclude<Body, { type: 'json' }>, columns: number): Lines {
  const known = wrapped.get(body);
  if (known?.columns === columns) return known.lines;
  const lines = body.type === 'text' ? textLines(body.text, columns) : hexLines(body.bytes, columns);
  wrapped.set(body, { columns, lines });
  return lines;
}

function textLines(text: string, columns: number): Lines {
  const left = text.length - WRAPPED_CHARACTERS;
  const rows = text
    .slice(0, WRAPPED_CHARACTERS)
    .split(/\r?\n/)
    .flatMap((line) => wrap(printable(line), columns).map((part) => [span(part)]));
  if (left > 0) rows.push([span(`… ${left} more characters`, 'faint')]);
  return linesOf(rows);
}

function hexLines(bytes: Uint8Array, columns: number): Lines {
  // Offset, two digits and a space for each byte, and the byte as a character.
  const width = columns >= 78 ? 16 : 8;
  const head = [span(`${sizeText(bytes.byteLength)} that are no text.`, 'faint')];
  return {
    count: 1 + Math.ceil(bytes.byteLength / width),
    row: (index) => (index === 0 ? head : hexRow(bytes, (index - 1) * width, width)),
  };
}

function hexRow(bytes: Uint8Array, from: number, width: number) {
  const piece = [...bytes.subarray(from, from + width)];
  const hex = piece.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = piece.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return [
    span(`${from.toString(16).padStart(8, '0')}  `, 'faint'),
    span(hex.padEnd(width * 3 + 1)),
    span(text, 'string'),
  ];
}
