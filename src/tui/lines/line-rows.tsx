import { Box, Text, useIsScreenReaderEnabled } from 'ink';
import { memo } from 'react';
import { spoken } from '../screen-reader.ts';
import { type Theme, useTheme } from '../theme.ts';
import { painted } from './paint.ts';
import { cutSpans, type Lines, marked, type Span, span, spansText } from './span.ts';

export type LineRowsProps = {
  readonly lines: Lines;
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  /** The row that keys act on; absent where there is nothing to choose. */
  readonly chosen?: number | undefined;
  readonly pattern?: RegExp | undefined;
};

/**
 * The part of the lines that is on the screen, and nothing more. One text for a row: while invocations stream in, every
 * row changes with every frame, and an element for each span of each row took most of the frame.
 */
export function LineRows({ lines, first, rows, columns, chosen, pattern }: LineRowsProps) {
  const theme = useTheme();
  const screenReader = useIsScreenReaderEnabled();
  const count = Math.max(0, Math.min(rows, lines.count - first));
  if (count === 0) return null;
  if (screenReader) return <SpokenRows lines={lines} first={first} count={count} chosen={chosen} />;
  const texts = Array.from({ length: count }, (_, row) => {
    const spans = lines.row(first + row);
    const marker = chosen === undefined ? undefined : first + row === chosen;
    // A row of the screen stays the same element while others take its place.
    return { row, text: rowText(spans, { marker, columns, pattern, theme }) };
  });
  return (
    <Box flexDirection="column" width={columns}>
      {texts.map(({ row, text }) => (
        <Row key={row} text={text} />
      ))}
    </Box>
  );
}

type SpokenRowsProps = Pick<LineRowsProps, 'lines' | 'first' | 'chosen'> & { readonly count: number };

function SpokenRows({ lines, first, count, chosen }: SpokenRowsProps) {
  const rows = Array.from({ length: count }, (_, row) => ({
    row,
    selected: first + row === chosen,
    text: spoken(spansText(lines.row(first + row))),
  }));
  return (
    <Box flexDirection="column" aria-role="list">
      {rows.map(({ row, selected, text }) => (
        <Box key={row} aria-state={{ selected }}>
          <Text>{text}</Text>
        </Box>
      ))}
    </Box>
  );
}

const Row = memo(function Row({ text }: { readonly text: string }) {
  // An empty text takes no row.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

type RowLook = {
  /** Whether it is the chosen one; undefined: none can be. */
  readonly marker: boolean | undefined;
  readonly columns: number;
  readonly pattern: RegExp | undefined;
  readonly theme: Theme;
};

const MARKER = 2;
const CHOSEN = span('❯ ', 'accent');
const NOT_CHOSEN = span(' '.repeat(MARKER));

type Known = Pick<RowLook, 'marker' | 'columns' | 'theme'> & { readonly text: string };
const known = new WeakMap<readonly Span[], Known>();

/** Remembered for spans that are shown again, without a search: most rows stay while one of them changes. */
function rowText(spans: readonly Span[], { marker, columns, pattern, theme }: RowLook): string {
  const before = pattern === undefined ? known.get(spans) : undefined;
  if (before?.marker === marker && before?.columns === columns && before.theme === theme) return before.text;
  const room = columns - (marker === undefined ? 0 : MARKER);
  const cut = cutSpans(marked(spans, pattern), room);
  const all = marker === undefined ? cut : [marker ? CHOSEN : NOT_CHOSEN, ...cut];
  const text = painted(all, theme);
  if (pattern === undefined) known.set(spans, { marker, columns, theme, text });
  return text;
}
