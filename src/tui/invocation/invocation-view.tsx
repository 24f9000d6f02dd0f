import { Box, Text, useIsScreenReaderEnabled } from 'ink';
import { printable } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth } from '../display-width.ts';
import { recordSource } from '../invocations/record-source.ts';
import { LineRows } from '../lines/line-rows.tsx';
import { settled } from '../lines/scroll.ts';
import type { ScreenFacts } from '../screen.ts';
import { phaseLook, useTheme } from '../theme.ts';
import { answerDiff, diffPartner } from './answer-diff.ts';
import { type InvocationState, scrollOf, shownRecord, shownTab, TABS, type Tab } from './invocation-state.ts';
import { pageOf, tabView } from './tab-view.ts';

export type InvocationViewProps = { readonly state: InvocationState; readonly facts: ScreenFacts };

export function InvocationView({ state, facts }: InvocationViewProps) {
  const { columns } = facts.size;
  const record = shownRecord(state, facts);
  if (record === undefined) return <Text wrap="truncate">This invocation is no longer kept.</Text>;
  const tab = shownTab(state, facts);
  const { lines } = tabView(state, tab, facts);
  const page = pageOf(facts);
  const { row, first } = settled(scrollOf(state, tab), lines.count, page);
  return (
    <Box flexDirection="column" width={columns}>
      <Title record={record} columns={columns} />
      <Ids record={record} facts={facts} />
      <Tabs tab={tab} place={lines.count > page ? `${row + 1}/${lines.count}` : ''} columns={columns} />
      <LineRows
        lines={lines}
        first={first}
        rows={page}
        columns={columns}
        chosen={row}
        pattern={state.search?.pattern}
      />
    </Box>
  );
}

function Title({ record, columns }: { readonly record: InvocationRecord; readonly columns: number }) {
  const theme = useTheme();
  const { glyph, word, token } = phaseLook(record);
  const status = ` · ${glyph} ${word}`;
  const duration = durationPart(record);
  // Names of 64 characters are common; how it ended must stay on the screen.
  const room = columns - displayWidth(status + duration);
  const fullLabel = ` · ${record.replayOf === undefined ? '' : '↻ replay of '}${recordSource(record).label}`;
  const name = cutTo(
    printable(record.functionName),
    Math.max(room - displayWidth(fullLabel), Math.floor(room / 2)),
  );
  return (
    <Text wrap="truncate">
      <Text {...theme.strong}>{name}</Text>
      {cutTo(fullLabel, room - displayWidth(name))}
      <Text {...theme[token]}>{status}</Text>
      {duration}
    </Text>
  );
}

function durationPart({ durationMs, initMs }: InvocationRecord): string {
  if (durationMs === undefined) return '';
  return ` · ${durationText(durationMs)}${initMs === undefined ? '' : ` (cold ${durationText(initMs)})`}`;
}

/** The id is whole on the narrowest screen, to be copied. */
function Ids({ record, facts }: { readonly record: InvocationRecord; readonly facts: ScreenFacts }) {
  const theme = useTheme();
  const { offeredAt, requestId, attempt } = record;
  const before = facts.size.columns < 80 ? '' : 'request ';
  const ids = `${clockText(offeredAt)} · ${before}${printable(requestId)} · attempt ${attempt}`;
  const differs = differenceText(record, facts);
  return (
    <Text wrap="truncate">
      <Text {...theme.faint}>{ids}</Text>
      {differs !== undefined && <Text {...theme.warning}>{` · ${differs}`}</Text>}
    </Text>
  );
}

/** Said by itself when the same event was answered otherwise by other code. */
function differenceText(record: InvocationRecord, { session }: ScreenFacts): string | undefined {
  const partner = diffPartner(session.invocations, record);
  // Comparing large answers takes time: only those of which somebody wants to know.
  if (partner === undefined || partner.reloads === record.reloads) return undefined;
  const diff = answerDiff(record, partner);
  if (diff === undefined) return undefined;
  const { length } = diff.changes;
  return length === 0
    ? 'same answer as other code'
    : `${length} ${length === 1 ? 'change' : 'changes'} by new code (d)`;
}

type TabsProps = { readonly tab: Tab; readonly place: string; readonly columns: number };

function Tabs({ tab, place, columns }: TabsProps) {
  const theme = useTheme();
  if (useIsScreenReaderEnabled()) {
    return (
      <Box aria-role="tab" aria-state={{ selected: true }}>
        <Text>{`${tab}${place === '' ? '' : `, ${place}`}`}</Text>
      </Box>
    );
  }
  // Narrow screens have room for the number of the tabs, not for the spaces around them.
  const gap = columns < 72 ? '' : ' ';
  return (
    <Text wrap="truncate">
      {TABS.map((name, index) => (
        <Text key={name} {...(name === tab ? theme.accent : theme.plain)}>
          {name === tab ? `[${index + 1} ${name}]${gap}` : ` ${index + 1} ${name} ${gap}`}
        </Text>
      ))}
      <Text {...theme.faint}>{place}</Text>
    </Text>
  );
}
