import stringWidth from 'string-width';

/** A screen as `tmux capture-pane -e` gives it, as a picture. Nothing is in it but what the terminal showed. */
export type PictureOptions = {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  /** Stands in a comment: what made the picture, from what. */
  readonly madeBy: string;
};

type Style = {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** 0 to 7 of the terminal's palette. */
  readonly colour: number | undefined;
};

type Run = { readonly text: string; readonly column: number; readonly width: number; readonly style: Style };

const PLAIN: Style = { bold: false, dim: false, underline: false, inverse: false, colour: undefined };

const CELL = { width: 8.4, height: 18, font: 14, padding: 12 } as const;

/** Readable on a dark and on a light page, as a terminal's theme is. The order is that of SGR 30 to 37. */
const DARK = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'];
const LIGHT = ['#24292f', '#cf222e', '#116329', '#7d4e00', '#0969da', '#8250df', '#1b7c83', '#6e7781'];

const STYLE = `
text { font: ${CELL.font}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #e6edf3; }
.screen { fill: #0d1117; }
.b { font-weight: 600; }
.d { opacity: .62; }
.u { text-decoration: underline; }
.i { fill: #0d1117; }
.block { fill: #e6edf3; }
${palette(DARK)}
@media (prefers-color-scheme: light) {
text, .block { fill: #1f2328; }
.screen, .i { fill: #f6f8fa; }
${palette(LIGHT)}
}
`;

function palette(colours: readonly string[]): string {
  return colours.map((colour, index) => `.c${index} { fill: ${colour}; }`).join('\n');
}

export function screenPicture(styled: string, { title, columns, rows, madeBy }: PictureOptions): string {
  const width = round(columns * CELL.width + 2 * CELL.padding);
  const height = rows * CELL.height + 2 * CELL.padding;
  const lines = styled.split('\n').slice(0, rows);
  const body = lines.flatMap((line, row) => runsOf(line).map((run) => runMarkup(run, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<!-- ${madeBy} -->`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="screen" width="${width}" height="${height}" rx="8"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** Neighbours in one style, each with its place in the grid; spaces in no style are left out. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let style = PLAIN;
  let column = 0;
  for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
    if (codes !== undefined) style = styleAfter(style, codes);
    if (text === undefined) continue;
    // Words that are far apart stay where they are, whatever the width of the reader's font. Spaces at the ends are left
    // out: not every viewer keeps them, and the others would stretch to their length.
    for (const part of style.inverse ? [text] : text.split(/( {2,}|^ | $)/)) {
      const width = stringWidth(part);
      if (style.inverse || part.trim() !== '') runs.push({ text: part, column, width, style });
      column += width;
    }
  }
  return runs;
}

/** ECMA-48 8.3.117, of which tmux gives back what was set. */
function styleAfter(style: Style, codes: string): Style {
  let next = style;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 7) next = { ...next, inverse: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code === 27) next = { ...next, inverse: false };
    else if (code >= 30 && code <= 37) next = { ...next, colour: code - 30 };
    else if (code === 39) next = { ...next, colour: undefined };
  }
  return next;
}

function runMarkup({ text, column, width, style }: Run, row: number): string {
  const x = round(CELL.padding + column * CELL.width);
  const top = CELL.padding + row * CELL.height;
  const length = round(width * CELL.width);
  const classes = [
    style.bold && 'b',
    style.dim && 'd',
    style.underline && 'u',
    style.inverse ? 'i' : style.colour !== undefined && `c${style.colour}`,
  ].filter((name) => name !== false);
  const named = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  const block = style.inverse
    ? `<rect class="block" x="${x}" y="${top}" width="${length}" height="${CELL.height}"/>\n`
    : '';
  return `${block}<text x="${x}" y="${top + CELL.font}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${named}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
