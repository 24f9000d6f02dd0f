import { Box, Text } from 'ink';
import { useMemo } from 'react';
import { printable } from '../../session/printable.ts';
import { cutTo, displayWidth } from '../display-width.ts';
import { LineRows } from '../lines/line-rows.tsx';
import { type Lines, type Span, span } from '../lines/span.ts';
import type { ScreenFacts } from '../screen.ts';
import { useTheme } from '../theme.ts';
import {
  invocationRow,
  type ListColumns,
  listColumns,
  listHeading,
  listLegend,
} from './invocation-columns.ts';
import {
  arrivedSince,
  current,
  historyOf,
  type InvocationsState,
  rowsOf,
  selectedRow,
} from './invocations-state.ts';
import type { ShownInvocations } from './shown-invocations.ts';

/** What the list is of, and the names of its columns. */
const HEADING_ROWS = 2;
/** The mark of the chosen row. */
const MARKER = 2;

/** Rows for invocations. */
export function listPage({ size }: Pick<ScreenFacts, 'size'>): number {
  return Math.max(1, size.rows - HEADING_ROWS);
}

export type InvocationsViewProps = { readonly state: InvocationsState; readonly facts: ScreenFacts };

export function InvocationsView({ state, facts }: InvocationsViewProps) {
  const theme = useTheme();
  const { size, session } = facts;
  const names = session.functions.map(({ name }) => name).join('\n');
  const columns = useMemo(() => listColumns(size.columns - MARKER, names.split('\n')), [size.columns, names]);
  const shown = rowsOf(state, facts);
  if (session.invocations.length === 0) return <Empty facts={facts} />;
  const lines = linesOfRows(shown, { state, facts, columns });
  const chosen = selectedRow(state, shown) + lines.before;
  const page = listPage(facts);
  return (
    <Box flexDirection="column" width={size.columns}>
      <Text wrap="truncate" {...theme.faint}>
        {titleText(state, shown, { facts, columns })}
      </Text>
      <Text wrap="truncate" aria-hidden {...theme.faint}>
        {' '.repeat(MARKER) + listHeading(columns)}
      </Text>
      {shown.records.length === 0 && shown.waiting === 0 ? (
        <Text wrap="truncate">Nothing fits the filter. Escape clears it.</Text>
      ) : (
        <LineRows
          lines={lines}
          first={firstRow(chosen, lines.count, page)}
          rows={page}
          columns={size.columns}
          chosen={chosen}
        />
      )}
    </Box>
  );
}

type Drawing = {
  readonly state: InvocationsState;
  readonly facts: ScreenFacts;
  readonly columns: ListColumns;
};

/** The rows, with a mark where older ones are missing. `before`: rows above the first invocation. */
function linesOfRows(
  { records }: ShownInvocations,
  { state, facts, columns }: Drawing,
): Lines & { readonly before: number } {
  const { session, now } = facts;
  const { leftOut } = historyOf(state, facts);
  const mark: readonly Span[] = [
    span(
      `  … ${leftOut} older ${leftOut === 1 ? 'invocation is' : 'invocations are'} no longer kept`,
      'faint',
    ),
  ];
  const marked = leftOut > 0 && state.filter === undefined;
  const before = marked && state.order === 'newest last' ? 1 : 0;
  return {
    before,
    count: records.length + (marked ? 1 : 0),
    row(index) {
      const record = current(records[index - before], facts);
      if (record === undefined) return mark;
      const replayed = record.replayOf === undefined ? undefined : session.invocations.find(record.replayOf);
      return invocationRow(record, columns, now, replayed);
    },
  };
}

/** The chosen row in the middle where possible, so that what comes above it does not move it. */
function firstRow(chosen: number, count: number, page: number): number {
  return Math.max(0, Math.min(chosen - Math.floor(page / 2), count - page));
}

function titleText(
  state: InvocationsState,
  { records, waiting }: ShownInvocations,
  { facts, columns }: Pick<Drawing, 'facts' | 'columns'>,
): string {
  const all = historyOf(state, facts).length;
  const arrived = arrivedSince(state, facts);
  const parts = [
    state.filter === undefined
      ? `${all} ${all === 1 ? 'invocation' : 'invocations'}`
      : `${records.length}/${all} fit “${printable(state.filter.query)}”${waiting > 0 ? ' …' : ''}`,
    state.paused === undefined ? '' : `paused, +${arrived} new`,
    state.paused === undefined && state.selected === undefined ? 'following the newest' : '',
    state.order,
  ];
  const title = parts.filter((part) => part !== '').join(' · ');
  const legend = listLegend(columns);
  const explained = legend === undefined ? title : `${title} · ${legend}`;
  return displayWidth(explained) <= facts.size.columns ? explained : cutTo(title, facts.size.columns);
}

function Empty({ facts }: { readonly facts: ScreenFacts }) {
  const theme = useTheme();
  const names = facts.session.functions.map(({ name }) => printable(name));
  return (
    <Box flexDirection="column" paddingLeft={MARKER}>
      <Text wrap="truncate">No invocation yet.</Text>
      {names[0] !== undefined && (
        <>
          <Text wrap="truncate">
            Send one: <Text {...theme.strong}>{facts.invocation(names[0])}</Text>
          </Text>
          <Text wrap="truncate" {...theme.faint}>
            Functions: {names.join(', ')}
          </Text>
        </>
      )}
    </Box>
  );
}
