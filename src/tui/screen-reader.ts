import type { Size } from './screen.ts';

/** A changed screen is read from its beginning: it must be short, and not change while it is read. */
export const READER = { intervalMs: 1_000, columns: 99, rows: 15 } as const;

/** What a screen that is read aloud is laid out for, whatever the terminal's size: lines that are not cut, and few of them. */
export function sizeFor(size: Size, screenReader: boolean): Size {
  return screenReader ? { columns: READER.columns, rows: READER.rows } : size;
}

/** Boxes, bars and sparklines, and the dots of an empty bar. */
const DRAWN = /[\u2500-\u259f]+|·{2,}/g;
/** Marks beside words that say the same. */
const MARKS = /[✓✗○●◆◦❯▾]/g;

/** A row without what only the eye reads: columns become clauses, marks and drawings are left out. */
export function spoken(row: string): string {
  return row
    .replace(DRAWN, '  ')
    .replace(MARKS, '')
    .replaceAll('▸', ' ')
    .replaceAll('↻', 'again')
    .trim()
    .replace(/ {2,}/g, ', ');
}
