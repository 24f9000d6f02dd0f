/** One line of text that is being typed, and where the next character goes. */
export type TextField = {
  readonly text: string;
  /** UTF-16 index, always between two graphemes. */
  readonly cursor: number;
};

/** Longer text is cut: nobody types a filter of this length, but a paste may be anything. */
const LONGEST = 4_096;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export const EMPTY_FIELD: TextField = { text: '', cursor: 0 };

export function fieldOf(text: string): TextField {
  return { text, cursor: text.length };
}

/** Puts text in at the cursor: typed or pasted. Line ends and other controls become spaces. */
export function insertText({ text, cursor }: TextField, typed: string): TextField {
  const room = Math.max(0, LONGEST - text.length);
  const clean = typed
    .toWellFormed()
    .replace(/\r\n|[\p{Cc}\u2028\u2029]/gu, ' ')
    .slice(0, room)
    .toWellFormed();
  const joined = text.slice(0, cursor) + clean + text.slice(cursor);
  // A combining mark that was typed joins the grapheme before it.
  return { text: joined, cursor: boundaryFrom(joined, cursor + clean.length) };
}

/** What readline's keys do to a line. Undefined: the key edits nothing. */
export function editField(field: TextField, key: string): TextField | undefined {
  const { text, cursor } = field;
  switch (key) {
    case 'left':
    case 'ctrl-b':
      return { text, cursor: before(field) };
    case 'right':
    case 'ctrl-f':
      return { text, cursor: after(field) };
    case 'home':
    case 'ctrl-a':
      return { text, cursor: 0 };
    case 'end':
    case 'ctrl-e':
      return { text, cursor: text.length };
    case 'alt-b':
      return { text, cursor: wordBefore(field) };
    case 'alt-f':
      return { text, cursor: wordAfter(field) };
    case 'backspace':
    case 'ctrl-h':
      return without(field, before(field), cursor);
    case 'delete':
      return without(field, cursor, after(field));
    case 'ctrl-w':
    case 'alt-backspace':
      return without(field, wordBefore(field), cursor);
    case 'ctrl-u':
      return without(field, 0, cursor);
    case 'ctrl-k':
      return without(field, cursor, text.length);
    default:
      return undefined;
  }
}

function without({ text }: TextField, from: number, to: number): TextField {
  const rest = text.slice(0, from) + text.slice(to);
  return { text: rest, cursor: boundaryFrom(rest, from) };
}

function before({ text, cursor }: TextField): number {
  return cursor === 0 ? 0 : (graphemes.segment(text).containing(cursor - 1)?.index ?? 0);
}

function after({ text, cursor }: TextField): number {
  const next = graphemes.segment(text).containing(cursor);
  return next === undefined ? text.length : next.index + next.segment.length;
}

/** The index itself between two graphemes, else the end of the grapheme that it is in. */
function boundaryFrom(text: string, index: number): number {
  const found = graphemes.segment(text).containing(index);
  return found === undefined || found.index === index ? index : found.index + found.segment.length;
}

function wordBefore({ text, cursor }: TextField): number {
  return text.slice(0, cursor).replace(/\S*\s*$/u, '').length;
}

function wordAfter({ text, cursor }: TextField): number {
  return cursor + (/^\s*\S*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}
