import type { JsonTape } from './json-tape.ts';

/** Columns of a level. */
export const INDENT = 2;

/** Deeper levels are indented like this one: hostile nesting must not push everything off the screen. */
const DEEPEST = 12;

export function indentOf({ depth }: JsonTape, node: number): number {
  return Math.min(depth[node] ?? 0, DEEPEST) * INDENT;
}

/** Columns before the first level: the number of the line and a space. */
export function gutterOf({ lines }: JsonTape): number {
  return String(lines[0] ?? 1).length + 1;
}
