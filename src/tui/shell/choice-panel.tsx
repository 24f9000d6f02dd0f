import { Box, Text } from 'ink';
import { cutTo, displayWidth, toWidth } from '../display-width.ts';
import { useTheme } from '../theme.ts';
import type { ChoiceList, ListItem } from './choice-list.ts';

export type ChoicePanelProps = {
  readonly title: string;
  readonly list: ChoiceList<ListItem>;
  readonly columns: number;
  /** All that there are, title included. */
  readonly rows: number;
};

const MARKER = 2;

/** What fits, windowed around the selected one; characters that fit the query are underlined. */
export function ChoicePanel({ title, list, columns, rows }: ChoicePanelProps) {
  const theme = useTheme();
  const page = Math.max(1, rows - 1);
  const first = Math.max(0, Math.min(list.selected - Math.floor(page / 2), list.fitting.length - page));
  const shown = list.fitting.slice(first, first + page);
  const widest = Math.max(0, ...shown.map(({ item }) => displayWidth(item.label)));
  const width = Math.min(widest, columns - MARKER - 16);
  return (
    <Box flexDirection="column" width={columns}>
      <Text wrap="truncate" {...theme.strong}>
        {title}
      </Text>
      {shown.length === 0 && <Text {...theme.faint}>{'  Nothing fits.'}</Text>}
      {shown.map(({ item, positions }, offset) => {
        const selected = first + offset === list.selected;
        const label = toWidth(item.label, width);
        return (
          <Text key={item.label} wrap="truncate" bold={selected}>
            <Text {...theme.accent} aria-label={selected ? '(selected) ' : ' '}>
              {toWidth(selected ? '❯' : '', MARKER)}
            </Text>
            <Text {...(item.disabled === undefined ? theme.plain : theme.faint)}>
              <Marked text={label} positions={positions} />
            </Text>
            <Text {...theme.faint}>
              {cutTo(`  ${item.disabled ?? item.hint ?? ''}`, columns - MARKER - width)}
            </Text>
          </Text>
        );
      })}
    </Box>
  );
}

/** Runs of characters that fit, or do not: an element for each run and not for each character. */
function Marked({ text, positions }: { readonly text: string; readonly positions: readonly number[] }) {
  const fits = new Set(positions);
  const runs: { text: string; start: number; marked: boolean }[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const marked = fits.has(index);
    const last = runs.at(-1);
    if (last?.marked === marked) last.text += text.charAt(index);
    else runs.push({ text: text.charAt(index), start: index, marked });
  }
  return runs.map((run) => (
    <Text key={run.start} underline={run.marked}>
      {run.text}
    </Text>
  ));
}
