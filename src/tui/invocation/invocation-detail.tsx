import { Box, Text } from 'ink';
import { printable } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth } from '../display-width.ts';
import { eventLabel } from '../invocations/event-label.ts';
import { phaseLook, useTheme } from '../theme.ts';
import { detailLines, TABS, type Tab } from './detail-lines.ts';

export type InvocationDetailProps = {
  readonly record: InvocationRecord;
  readonly tab: Tab;
  /** First line of the tab that is shown. */
  readonly first: number;
  readonly columns: number;
  /** Rows for the tab's lines, below the three of the heading. */
  readonly rows: number;
};

export function InvocationDetail({ record, tab, first, columns, rows }: InvocationDetailProps) {
  const theme = useTheme();
  const lines = detailLines(record, tab, columns);
  // A row of the screen stays the same element while the text scrolls through it.
  const shown = lines.slice(first, first + rows).map((line, row) => ({ ...line, row }));
  const { glyph, word, token } = phaseLook(record);
  const status = ` · ${glyph} ${word}`;
  const duration = durationPart(record);
  // Names of 64 characters are common; how it ended must stay on the screen.
  const room = columns - displayWidth(status + duration);
  const fullLabel = ` · ${eventLabel(record)}`;
  const name = cutTo(
    printable(record.functionName),
    Math.max(room - displayWidth(fullLabel), Math.floor(room / 2)),
  );
  const label = cutTo(fullLabel, room - displayWidth(name));
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">
        <Text {...theme.strong}>{name}</Text>
        {label}
        <Text {...theme[token]}>{status}</Text>
        {duration}
      </Text>
      <Text wrap="truncate" {...theme.faint}>
        {requestLine(record, columns)}
      </Text>
      <Text wrap="truncate">
        {TABS.map((name, index) => (
          <Text key={name} {...(name === tab ? theme.accent : theme.plain)}>
            {name === tab ? `[${index + 1} ${name}] ` : ` ${index + 1} ${name}  `}
          </Text>
        ))}
        {lines.length > rows && (
          <Text {...theme.faint}>
            {` lines ${first + 1}–${Math.min(first + rows, lines.length)} of ${lines.length}`}
          </Text>
        )}
      </Text>
      {shown.map(({ row, text, tone }) => (
        <Text key={row} wrap="truncate" {...theme[tone]}>
          {text === '' ? ' ' : text}
        </Text>
      ))}
    </Box>
  );
}

/** The id is whole on the narrowest screen, to be copied. */
function requestLine({ offeredAt, requestId, attempt }: InvocationRecord, columns: number): string {
  const before = columns < 80 ? '' : 'request ';
  return `${clockText(offeredAt)} · ${before}${printable(requestId)} · attempt ${attempt}`;
}

function durationPart({ durationMs, initMs }: InvocationRecord): string {
  if (durationMs === undefined) return '';
  return ` · ${durationText(durationMs)}${initMs === undefined ? '' : ` (cold ${durationText(initMs)})`}`;
}
