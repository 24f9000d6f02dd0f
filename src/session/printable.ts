/**
 * C0 and C1 controls, DEL, line separators, and the marks that reorder text on screen (https://trojansource.codes).
 * What user code prints or an event contains must be seen, not obeyed, by the developer's terminal.
 */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const TAB = '    ';

/** The text with every control character shown: `\u001b[31m` becomes `␛[31m`. One line, whatever was in it. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, shown);
}

/** The same for text of several lines; a carriage return at a line's end is part of the line end. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(printable);
}

function shown(character: string): string {
  if (character === '\t') return TAB;
  const code = character.charCodeAt(0);
  // Unicode has a picture for each ASCII control.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
