import { Box, Text } from 'ink';
import { memo } from 'react';
import { useTheme } from '../theme.ts';
import { cutSpans, type Lines, marked, type Span } from './span.ts';

export type LineRowsProps = {
  readonly lines: Lines;
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  /** The row that keys act on; absent where there is nothing to choose. */
  readonly chosen?: number | undefined;
  readonly pattern?: RegExp | undefined;
};

/** The part of the lines that is on the screen, and nothing more. */
export function LineRows({ lines, first, rows, columns, chosen, pattern }: LineRowsProps) {
  const shown = Array.from({ length: Math.max(0, Math.min(rows, lines.count - first)) }, (_, offset) => ({
    offset,
    spans: marked(lines.row(first + offset), pattern),
  }));
  const marker = chosen === undefined ? 0 : 2;
  return (
    <Box flexDirection="column" width={columns}>
      {shown.map(({ offset, spans }) => (
        <Row
          key={offset}
          spans={cutSpans(spans, columns - marker)}
          marker={marker === 0 ? '' : first + offset === chosen ? '❯ ' : '  '}
        />
      ))}
    </Box>
  );
}

const Row = memo(
  function Row({ spans, marker }: { readonly spans: readonly Span[]; readonly marker: string }) {
    const theme = useTheme();
    // An empty text takes no row.
    if (marker === '' && spans.every(({ text }) => text === '')) return <Text> </Text>;
    return (
      <Text wrap="truncate">
        {marker !== '' && <Text {...theme.accent}>{marker}</Text>}
        {placed(spans).map(({ text, token, at }) => (
          <Text key={at} {...theme[token]}>
            {text}
          </Text>
        ))}
      </Text>
    );
  },
  (before, after) => before.marker === after.marker && sameSpans(before.spans, after.spans),
);

/** Each span with where it begins, which no two of them share. */
function placed(spans: readonly Span[]): readonly (Span & { readonly at: number })[] {
  let at = 0;
  return spans
    .filter(({ text }) => text !== '')
    .map((one) => {
      const begins = at;
      at += one.text.length;
      return { ...one, at: begins };
    });
}

function sameSpans(one: readonly Span[], other: readonly Span[]): boolean {
  return (
    one === other ||
    (one.length === other.length &&
      one.every(({ text, token }, index) => text === other[index]?.text && token === other[index]?.token))
  );
}
