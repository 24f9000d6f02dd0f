import { type JsonTape, NO_NODE, scanJson } from './json-tape.ts';

/** A JSON text as its reader has arranged it. */
export type JsonDocument = {
  readonly tape: JsonTape;
  /** Containers whose inside is hidden, ascending. */
  readonly folded: Uint32Array;
  /** Strings that are shown over as many rows as they need. */
  readonly wrapped: ReadonlySet<number>;
  /** Values that stand in place of the string that holds them, with that string's literal. */
  readonly embedded: ReadonlyMap<number, string>;
};

const NONE_FOLDED = new Uint32Array(0);

export function jsonDocument(tape: JsonTape): JsonDocument {
  return { tape, folded: NONE_FOLDED, wrapped: new Set(), embedded: new Map() };
}

export function isContainer({ text, start }: JsonTape, node: number): boolean {
  const first = text[start[node] ?? 0];
  return first === '{' || first === '[';
}

/**
 * What Enter does to a value: a container folds or unfolds, a string that holds JSON is shown as that JSON and back, a long
 * string is wrapped and back. Anything else folds what it is in.
 */
export function toggleNode(document: JsonDocument, node: number): JsonDocument {
  const { tape, embedded, wrapped } = document;
  if (isContainer(tape, node)) {
    // The same key that opened it closes it again, once nothing of it is folded.
    if (embedded.has(node) && !isFolded(document, node)) return closeEmbedded(document, node);
    return tape.children[node] === 0 ? document : withFold(document, node, !isFolded(document, node));
  }
  if (tape.text[tape.start[node] ?? 0] !== '"') return document;
  const inside = embeddedJson(tape, node);
  if (inside !== undefined) return openEmbedded(document, node, inside);
  const after = new Set(wrapped);
  if (!after.delete(node)) after.add(node);
  return { ...document, wrapped: after };
}

/** Every container that has something inside, but for the outermost: its values stay to choose from. */
export function foldAll(document: JsonDocument): JsonDocument {
  const { count, children } = document.tape;
  const folded = new Uint32Array(count);
  let length = 0;
  for (let node = 1; node < count; node += 1) {
    if (children[node] !== 0) folded[length++] = node;
  }
  return { ...document, folded: folded.slice(0, length) };
}

export function unfoldAll(document: JsonDocument): JsonDocument {
  return { ...document, folded: NONE_FOLDED };
}

/** Unfolds all that hides a value. */
export function reveal(document: JsonDocument, node: number): JsonDocument {
  let shown = document;
  for (
    let parent = parentOf(document.tape, node);
    parent !== NO_NODE;
    parent = parentOf(document.tape, parent)
  ) {
    if (isFolded(shown, parent)) shown = withFold(shown, parent, false);
  }
  return shown;
}

export function isFolded({ folded }: JsonDocument, node: number): boolean {
  return folded[placeOf(folded, node)] === node;
}

function parentOf({ parent }: JsonTape, node: number): number {
  return parent[node] ?? NO_NODE;
}

function withFold(document: JsonDocument, node: number, on: boolean): JsonDocument {
  const { folded } = document;
  const place = placeOf(folded, node);
  const after = new Uint32Array(folded.length + (on ? 1 : -1));
  after.set(folded.subarray(0, place));
  if (on) after[place] = node;
  after.set(folded.subarray(on ? place : place + 1), on ? place + 1 : place);
  return { ...document, folded: after };
}

/** Index of the first entry that is not below the value. */
function placeOf(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Longer ones are read as JSON only when somebody asks for it. */
const PEEKED = 24;

/** Whether a string looks as if it held JSON: by its beginning, since every row that is drawn asks. */
export function maybeEmbedded({ text, start, end }: JsonTape, node: number): boolean {
  const from = start[node] ?? 0;
  const to = end[node] ?? 0;
  return (
    text[from] === '"' &&
    to - from > 3 &&
    /^"(?:\\[nrt]| )*[{[]/.test(text.slice(from, Math.min(to, from + PEEKED)))
  );
}

/** The JSON object or array that a string's value is, as an API Gateway body or an SQS message is. */
export function embeddedJson(tape: JsonTape, node: number): string | undefined {
  if (!maybeEmbedded(tape, node)) return undefined;
  try {
    const value: unknown = JSON.parse(tape.text.slice(tape.start[node], tape.end[node]));
    if (typeof value !== 'string') return undefined;
    return scanJson(value) === undefined ? undefined : value.trim();
  } catch {
    // A string that was cut off, or has a wrong escape: it is shown as it stands.
    return undefined;
  }
}

function openEmbedded(document: JsonDocument, node: number, inside: string): JsonDocument {
  const { text, start, end } = document.tape;
  const literal = text.slice(start[node], end[node]);
  const after = spliced(document, node, inside);
  return after === undefined ? document : { ...after, embedded: new Map(after.embedded).set(node, literal) };
}

function closeEmbedded(document: JsonDocument, node: number): JsonDocument {
  const literal = document.embedded.get(node);
  return (literal === undefined ? undefined : spliced(document, node, literal)) ?? document;
}

/** The document with another text in a value's place; what was arranged inside it is forgotten, the rest is kept. */
function spliced(document: JsonDocument, node: number, replacement: string): JsonDocument | undefined {
  const { tape } = document;
  const text = tape.text.slice(0, tape.start[node]) + replacement + tape.text.slice(tape.end[node]);
  const after = scanJson(text, { partial: !tape.complete });
  if (after === undefined) return undefined;
  const behind = tape.next[node] ?? tape.count;
  const shift = after.count - tape.count;
  const moved = (other: number) => (other < node ? other : other >= behind ? other + shift : undefined);
  return {
    tape: after,
    folded: Uint32Array.from([...document.folded].flatMap((other) => moved(other) ?? [])),
    wrapped: new Set([...document.wrapped].flatMap((other) => moved(other) ?? [])),
    embedded: new Map(
      [...document.embedded].flatMap(([other, literal]) => {
        const place = moved(other);
        return place === undefined ? [] : [[place, literal] as const];
      }),
    ),
  };
}
