import { isContainer } from './json-document.ts';
import { lastIndex } from './json-layout.ts';
import { type JsonTape, NO_NODE } from './json-tape.ts';

/** More matches than anybody goes through one by one. */
export const MOST_MATCHES = 9_999;

/** The values whose name or text has a match, in order, each once; at most `MOST_MATCHES`. */
export function searchJson(tape: JsonTape, pattern: RegExp | undefined): readonly number[] {
  if (pattern === undefined) return [];
  const found: number[] = [];
  for (const { index, 0: text } of tape.text.matchAll(pattern)) {
    const node = nodeAt(tape, index, index + text.length);
    if (node === undefined || found.at(-1) === node) continue;
    found.push(node);
    if (found.length === MOST_MATCHES) break;
  }
  return found;
}

/** The value that the text belongs to, unless it is white space or punctuation between two of them. */
function nodeAt(tape: JsonTape, from: number, to: number): number | undefined {
  const node = lastIndex(tape.count, (index) => beginningOf(tape, index) <= from);
  if (node === -1) return undefined;
  const inKey = tape.keyStart[node] !== NO_NODE && to <= (tape.keyEnd[node] ?? 0);
  const inScalar = from >= (tape.start[node] ?? 0) && to <= (tape.end[node] ?? 0) && !isContainer(tape, node);
  return inKey || inScalar ? node : undefined;
}

function beginningOf({ keyStart, start }: JsonTape, node: number): number {
  const key = keyStart[node] ?? NO_NODE;
  return key === NO_NODE ? (start[node] ?? 0) : key;
}
