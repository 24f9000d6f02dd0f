import { TapeColumns } from './tape-columns.ts';

/** Index of a value that is not there. */
export const NO_NODE = 0xffff_ffff;

/**
 * JSON as an index over its own text: one entry for each value, in document order. A document of 6 MB becomes a handful of
 * typed arrays instead of a million objects, its numbers stay as they were written, and any part of it can be drawn
 * without looking at the rest. Lines are those of the document fully indented: a scalar or an empty container takes
 * one, any other container one more than all that is in it and one for its closing bracket.
 */
export type JsonTape = {
  readonly text: string;
  /** False: the text ended too early, and what was open there is closed at its end. */
  readonly complete: boolean;
  /** How many values. */
  readonly count: number;
  /** Offset of each value's first character, and the one behind its last. */
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Offset of the opening quote of the value's name, NO_NODE in an array; and the one behind its closing quote. */
  readonly keyStart: Uint32Array;
  readonly keyEnd: Uint32Array;
  readonly parent: Uint32Array;
  /** Index of the first value behind all that is inside this one. */
  readonly next: Uint32Array;
  readonly depth: Uint32Array;
  /** From 0. */
  readonly line: Uint32Array;
  /** How many lines the value takes. */
  readonly lines: Uint32Array;
  /** How many values a container has. */
  readonly children: Uint32Array;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Expected = 'value' | 'first' | 'more';

/**
 * The index of a JSON text; undefined when it is none. A text that ends too early is taken as far as it goes when `partial` says
 * that only its beginning is there. Strings are not looked into. No recursion: hostile nesting is only deep.
 */
export function scanJson(text: string, { partial = false } = {}): JsonTape | undefined {
  const columns = new TapeColumns(text.length);
  const length = text.length;
  let offset = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let expected: Expected = 'value';
  let keyStart = NO_NODE;
  let keyEnd = NO_NODE;
  for (;;) {
    offset = skipSpace(text, offset);
    if (offset >= length) break;
    const code = text.charCodeAt(offset);
    const container = columns.open;
    if (container === NO_NODE && columns.count > 0) return undefined;
    const inObject = container !== NO_NODE && text.charCodeAt(columns.startOf(container)) === OPEN_OBJECT;
    if (container !== NO_NODE && expected !== 'value' && code === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      offset += 1;
      columns.close(offset);
      expected = 'more';
    } else if (expected === 'more') {
      if (code !== COMMA) return undefined;
      offset += 1;
      expected = 'value';
    } else if (inObject && keyStart === NO_NODE) {
      if (code !== QUOTE) return undefined;
      keyStart = offset;
      keyEnd = Math.min(stringEnd(text, offset), length);
      offset = skipSpace(text, keyEnd);
      if (offset < length && text.charCodeAt(offset) !== COLON) return undefined;
      offset += 1;
      expected = 'value';
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      columns.add(offset, keyStart, keyEnd);
      keyStart = NO_NODE;
      offset += 1;
      expected = 'first';
    } else {
      const end = code === QUOTE ? stringEnd(text, offset) : scalarEnd(text, offset, partial);
      if (end === NO_NODE && code !== QUOTE) return undefined;
      if (end === NO_NODE && !partial) return undefined;
      columns.add(offset, keyStart, keyEnd);
      keyStart = NO_NODE;
      offset = Math.min(end, length);
      columns.close(offset);
      expected = 'more';
    }
  }
  const complete = columns.count > 0 && columns.open === NO_NODE;
  if (columns.count === 0 || !(complete || partial)) return undefined;
  while (columns.open !== NO_NODE) columns.close(length);
  return { text, complete, ...columns.finish() };
}

function skipSpace(text: string, from: number): number {
  let offset = from;
  for (;;) {
    const code = text.charCodeAt(offset);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return offset;
    offset += 1;
  }
}

/** Behind the closing quote. Found by `indexOf`: most of a large document is strings, and a loop over them is slower. */
function stringEnd(text: string, quote: number): number {
  let from = quote + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end === -1) return NO_NODE;
    let slashes = end - 1;
    while (text.charCodeAt(slashes) === BACKSLASH) slashes -= 1;
    if ((end - slashes) % 2 === 1) return end + 1;
    from = end + 1;
  }
}

function scalarEnd(text: string, offset: number, partial: boolean): number {
  SCALAR.lastIndex = offset;
  if (SCALAR.test(text)) return SCALAR.lastIndex;
  // `tru`, cut off: nothing stands behind it that could say otherwise.
  return partial && text.length - offset < 5 ? text.length : NO_NODE;
}
