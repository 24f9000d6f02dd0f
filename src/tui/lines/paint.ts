import type { Theme, Token } from '../theme.ts';
import type { Span } from './span.ts';

type Style = Theme[Token];

/** Select Graphic Rendition, ECMA-48 8.3.117: the eight colours that every terminal's theme defines. */
const COLOURS = new Map([
  ['black', 30],
  ['red', 31],
  ['green', 32],
  ['yellow', 33],
  ['blue', 34],
  ['magenta', 35],
  ['cyan', 36],
  ['white', 37],
]);

const escapes = new WeakMap<Style, { readonly open: string; readonly close: string }>();

/** A row as one text with its attributes inside. Nothing else in it may be an escape sequence. */
export function painted(spans: readonly Span[], theme: Theme): string {
  return spans.map(({ text, token }) => paint(text, theme[token])).join('');
}

function paint(text: string, style: Style): string {
  if (text === '') return '';
  const { open, close } = escapesOf(style);
  return open + text + close;
}

function escapesOf(style: Style): { readonly open: string; readonly close: string } {
  const known = escapes.get(style);
  if (known !== undefined) return known;
  const codes: (readonly [number, number])[] = [];
  if (style.bold === true) codes.push([1, 22]);
  if (style.dimColor === true) codes.push([2, 22]);
  if (style.inverse === true) codes.push([7, 27]);
  const colour = COLOURS.get(String(style.color));
  if (colour !== undefined) codes.push([colour, 39]);
  const made = {
    open: codes.map(([open]) => `\u001b[${open}m`).join(''),
    close: codes
      .toReversed()
      .map(([, close]) => `\u001b[${close}m`)
      .join(''),
  };
  escapes.set(style, made);
  return made;
}
