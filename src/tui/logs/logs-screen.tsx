import { Box, Text } from 'ink';
import { printable } from '../../session/printable.ts';
import { clockText } from '../../session/time-text.ts';
import { displayWidth, toWidth } from '../display-width.ts';
import { editFilter, endFilter, type FilterField, NO_FILTER, openFilter } from '../filter-field.ts';
import { filterMessage, filterNote } from '../filter-terms.ts';
import type { KeyId } from '../key-table.ts';
import { lambdaPrefix, levelToken } from '../lines/lambda-prefix.ts';
import { LineRows } from '../lines/line-rows.tsx';
import { isMove, moved, settled } from '../lines/scroll.ts';
import { linesOf, type Span, span } from '../lines/span.ts';
import type { Outcome, Screen, ScreenFacts } from '../screen.ts';
import { seriesOf, useTheme } from '../theme.ts';
import type { BookLine } from './log-book.ts';
import { shownLines } from './shown-lines.ts';

export type LogsState = {
  /** Sequence of a line; undefined: the newest one, whichever that is. */
  readonly selected: number | undefined;
  /** Lines from this sequence on are not shown yet. */
  readonly pausedAt: number | undefined;
  readonly filter: FilterField;
};

type Facts = Pick<ScreenFacts, 'logs' | 'size' | 'session'>;
type Next = Outcome<LogsState>;

const INITIAL: LogsState = { selected: undefined, pausedAt: undefined, filter: NO_FILTER };

/** What all functions print, in the order of its arrival, newest last. */
export const logsScreen: Screen<LogsState> = {
  id: 'logs',
  initial: INITIAL,
  opened: (state, { functionName }) => ({
    state:
      functionName === undefined
        ? state
        : { ...INITIAL, filter: { text: `fn:${functionName}`, editing: undefined } },
  }),
  act,
  disabled: (state, action, facts) =>
    action === 'open' && selectedLine(state, facts) === undefined ? 'There is no line to open.' : undefined,
  backs: ({ filter, pausedAt, selected }) =>
    filter.text !== '' || pausedAt !== undefined || selected !== undefined,
  field(state, facts) {
    const { editing } = state.filter;
    if (editing === undefined) return undefined;
    const note = filterNote(rowsOf(state, facts).count, facts.logs.length, unknownOf(state, facts));
    return { label: '/', field: editing.field, note };
  },
  edited: (state, field) => ({ ...state, filter: editFilter(state.filter, field) }),
  Component: Logs,
};

function act(state: LogsState, action: KeyId, facts: Facts): Next {
  if (isMove(action)) return { state: withMove(state, action, facts) };
  switch (action) {
    case 'open': {
      const line = selectedLine(state, facts);
      if (line === undefined) return { state };
      const target = { invocationId: line.invocationId, tab: 'logs' };
      return { state, effect: { type: 'go', screen: 'invocation', target } };
    }
    case 'follow':
      return {
        state: {
          ...state,
          pausedAt: undefined,
          selected: state.selected === undefined ? selectedLine(state, facts)?.sequence : undefined,
        },
      };
    case 'pause':
      return {
        state: { ...state, pausedAt: state.pausedAt === undefined ? facts.logs.nextSequence : undefined },
      };
    case 'filter':
      return { state: { ...state, filter: openFilter(state.filter) } };
    case 'field.accept':
      return {
        state: { ...state, filter: endFilter(state.filter, true) },
        ...filterMessage(unknownOf(state, facts)),
      };
    case 'field.cancel':
      return { state: { ...state, filter: endFilter(state.filter, false) } };
    case 'back':
      return { state: steppedBack(state) };
    default:
      return { state };
  }
}

/** First the selection, then the pause, then the filter. */
function steppedBack(state: LogsState): LogsState {
  if (state.selected !== undefined) return { ...state, selected: undefined };
  if (state.pausedAt !== undefined) return { ...state, pausedAt: undefined };
  return { ...state, filter: NO_FILTER };
}

function withMove(state: LogsState, action: Parameters<typeof moved>[1], facts: Facts): LogsState {
  const rows = rowsOf(state, facts);
  const at = { row: selectedRow(state, facts), first: 0 };
  const { row } = moved(at, action, { count: rows.count, page: pageOf(facts), follow: true });
  return { ...state, selected: row >= rows.count ? undefined : rows.at(row) };
}

function rowsOf({ filter, pausedAt }: LogsState, { logs }: Facts) {
  return shownLines(logs, filter.text).upTo(pausedAt ?? logs.nextSequence);
}

function unknownOf({ filter }: LogsState, { logs }: Facts) {
  return shownLines(logs, filter.text).unknown;
}

/** Row of the selected line; of the next one that is shown when it no longer is; -1 without any. */
function selectedRow(state: LogsState, facts: Facts): number {
  const { count, at } = rowsOf(state, facts);
  const { selected } = state;
  if (selected === undefined) return count - 1;
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((at(middle) ?? selected) < selected) from = middle + 1;
    else to = middle;
  }
  return Math.min(from, count - 1);
}

function selectedLine(state: LogsState, facts: Facts): BookLine | undefined {
  const sequence = rowsOf(state, facts).at(selectedRow(state, facts));
  return sequence === undefined ? undefined : facts.logs.at(sequence);
}

function pageOf({ size }: Facts): number {
  return Math.max(1, size.rows - 1);
}

function Logs({ state, facts }: { readonly state: LogsState; readonly facts: Facts }) {
  const theme = useTheme();
  const { columns } = facts.size;
  const rows = rowsOf(state, facts);
  const page = pageOf(facts);
  const chosen = selectedRow(state, facts);
  const { first } = settled({ row: chosen, first: chosen - Math.floor(page / 2) }, rows.count, page);
  const names = facts.session.functions.map(({ name }) => displayWidth(printable(name)));
  const nameWidth = Math.min(Math.max(8, ...names), Math.floor(columns / 4));
  const lines = Array.from({ length: Math.min(page, rows.count - first) }, (_, offset) => {
    const sequence = rows.at(first + offset);
    const line = sequence === undefined ? undefined : facts.logs.at(sequence);
    return line === undefined ? [] : lineSpans(line, nameWidth, facts);
  });
  return (
    <Box flexDirection="column">
      <Text wrap="truncate" {...theme.faint}>
        {`  ${headingOf(state, facts, rows.count)}`}
      </Text>
      <LineRows
        lines={linesOf(lines)}
        first={0}
        rows={page}
        columns={columns}
        chosen={chosen === -1 ? undefined : chosen - first}
      />
    </Box>
  );
}

/** What of all lines is shown: `LOGS · following · 12/345 fit "error" · paused, 12 new`. */
function headingOf({ selected, pausedAt, filter }: LogsState, { logs }: Facts, shown: number): string {
  const newer = pausedAt === undefined ? 0 : logs.nextSequence - pausedAt;
  const parts = [
    'LOGS',
    pausedAt !== undefined && `paused, ${newer} new`,
    pausedAt === undefined && selected === undefined && 'following',
    filter.text !== '' && `${shown}/${logs.length} fit ${printable(filter.text)}`,
    logs.firstSequence > 0 && `${logs.firstSequence} older ones are no longer kept`,
    logs.length === 0 && 'nothing was printed yet',
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

const TIME_FROM = 80;

function lineSpans(
  { functionName, text, at }: BookLine,
  nameWidth: number,
  { session, size: { columns } }: Facts,
): readonly Span[] {
  // The time is shown already, and the request id takes the room of the message: `open` shows both.
  const prefix = lambdaPrefix(text);
  const level = prefix === undefined || prefix.level === 'INFO' ? '' : `${prefix.level} `;
  const from = prefix?.length ?? 0;
  // Only what can be seen is made printable: a line may be long.
  const seen = printable(text.slice(from, from + columns * 2));
  return [
    span(columns < TIME_FROM ? '' : `${clockText(at)}  `, 'faint'),
    span(`${toWidth(printable(functionName), nameWidth)}  `, seriesOf(functionName, session.functions)),
    span(level + seen, levelToken(prefix?.level ?? '') ?? 'plain'),
  ];
}
