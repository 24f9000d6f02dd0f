import { Box, Text } from 'ink';
import { memo } from 'react';
import { printable } from '../../session/printable.ts';
import { isRunning } from '../../session/session-state.ts';
import type { InvocationRecord, SessionState } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { displayWidth, toWidth } from '../display-width.ts';
import { phaseLook, useTheme } from '../theme.ts';
import { firstRow } from '../view-state.ts';
import { eventLabel } from './event-label.ts';

const COLUMNS = { marker: 2, time: 10, status: 12, duration: 10 } as const;
/** Narrower screens need the columns of the time for the event. */
const TIME_FROM = 80;
const GAP = '  ';

export type InvocationListProps = {
  readonly state: SessionState;
  /** Index of the selected invocation, -1 without any. */
  readonly selected: number;
  readonly following: boolean;
  readonly columns: number;
  /** Rows for invocations, below the heading. */
  readonly rows: number;
  readonly now: number;
  readonly invocation?: ((functionName: string) => string) | undefined;
};

export function InvocationList({
  state,
  selected,
  following,
  columns,
  rows,
  now,
  invocation,
}: InvocationListProps) {
  const theme = useTheme();
  const { invocations } = state;
  if (invocations.length === 0) return <Empty state={state} invocation={invocation} />;
  const widest = Math.max(8, ...state.functions.map(({ name }) => displayWidth(name)));
  const nameWidth = Math.min(widest, Math.floor(columns / 4));
  const time = columns < TIME_FROM ? 0 : COLUMNS.time;
  const rest = COLUMNS.marker + time + COLUMNS.status + COLUMNS.duration + 2 * GAP.length;
  const widths = { name: nameWidth, event: columns - rest - nameWidth };
  const first = firstRow(selected, invocations.length, rows);
  const heading = [
    toWidth('TIME', time),
    toWidth('FUNCTION', widths.name) + GAP,
    toWidth(eventHeading(following, widths.event), widths.event) + GAP,
    toWidth('STATUS', COLUMNS.status),
    toWidth('DURATION', COLUMNS.duration, 'end'),
  ];
  return (
    <Box flexDirection="column">
      <Text wrap="truncate" {...theme.faint}>
        {' '.repeat(COLUMNS.marker) + heading.join('')}
      </Text>
      {invocations.slice(first, first + rows).map((record, offset) => (
        <Row
          key={record.id}
          record={record}
          selected={first + offset === selected}
          time={toWidth(clockText(record.offeredAt), time)}
          name={toWidth(printable(record.functionName), widths.name) + GAP}
          event={toWidth(eventLabel(record), widths.event) + GAP}
          duration={durationCell(record, now)}
        />
      ))}
    </Box>
  );
}

function eventHeading(following: boolean, width: number): string {
  if (!following) return 'EVENT';
  const whole = 'EVENT · following the newest';
  return whole.length <= width ? whole : 'EVENT · following';
}

type RowProps = {
  readonly record: InvocationRecord;
  readonly selected: boolean;
  readonly time: string;
  readonly name: string;
  readonly event: string;
  readonly duration: string;
};

const Row = memo(function Row({ record, selected, time, name, event, duration }: RowProps) {
  const theme = useTheme();
  const { glyph, word, token } = phaseLook(record);
  return (
    <Text wrap="truncate" bold={selected}>
      <Text {...theme.accent}>{toWidth(selected ? '❯' : '', COLUMNS.marker)}</Text>
      <Text {...theme.faint}>{time}</Text>
      {name}
      {event}
      <Text {...theme[token]}>{toWidth(`${glyph} ${word}`, COLUMNS.status)}</Text>
      {duration}
    </Text>
  );
});

function durationCell(record: InvocationRecord, now: number): string {
  return toWidth(durationOf(record, now), COLUMNS.duration, 'end');
}

/** Of a running invocation, whole seconds since its offer: what is drawn again every second must not flicker. */
function durationOf(record: InvocationRecord, now: number): string {
  if (record.durationMs !== undefined) return durationText(record.durationMs);
  const seconds = Math.floor((now - record.offeredAt) / 1_000);
  return isRunning(record) && seconds > 0 ? `${seconds} s …` : '';
}

function Empty({
  state,
  invocation = (name) => `llx invoke ${name}`,
}: Pick<InvocationListProps, 'state' | 'invocation'>) {
  const theme = useTheme();
  const names = state.functions.map(({ name }) => printable(name));
  return (
    <Box flexDirection="column" paddingLeft={COLUMNS.marker}>
      <Text wrap="truncate">No invocation yet.</Text>
      {names[0] !== undefined && (
        <>
          <Text wrap="truncate">
            Send one: <Text {...theme.strong}>{invocation(names[0])}</Text>
          </Text>
          <Text wrap="truncate" {...theme.faint}>
            Functions: {names.join(', ')}
          </Text>
        </>
      )}
    </Box>
  );
}
