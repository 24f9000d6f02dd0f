import { printable } from '../../session/printable.ts';
import { cutTo, displayWidth } from '../display-width.ts';

/** A line of code, printable and no wider than asked for, and how many columns before the place that matters. */
export type CodeWindow = { readonly code: string; readonly caret: number };

/** More characters than these are never looked at for so many columns: a line of a bundle has megabytes. */
const CHARACTERS_PER_COLUMN = 8;

/**
 * The part of a line that its `column` is in, which counts from 1: the beginning where that is enough, else what is around
 * it, with an ellipsis before it.
 */
export function codeWindow(line: string, column: number, width: number): CodeWindow {
  const place = Math.max(0, Math.min(column - 1, line.length));
  const most = width * CHARACTERS_PER_COLUMN;
  const before = printable(line.slice(Math.max(0, place - most), place));
  const rest = printable(line.slice(place, place + most));
  const caret = displayWidth(before);
  if (place <= most && caret < width - (rest.length > 1 ? 1 : 0))
    return { code: cutTo(before + rest, width), caret };
  const lead = `…${endOf(before, Math.floor(width / 2))}`;
  return { code: cutTo(lead + rest, width), caret: displayWidth(lead) };
}

/** As much of the end as fits. */
function endOf(text: string, width: number): string {
  const characters = [...text].slice(-width);
  while (displayWidth(characters.join('')) > width) characters.shift();
  return characters.join('');
}
