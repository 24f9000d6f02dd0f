import { Box, Text } from 'ink';
import { toWidth } from '../display-width.ts';
import { type Binding, bindingsOf, type KeyContext, titleOf } from '../key-table.ts';
import { useTheme } from '../theme.ts';
import { helpColumns, helpRows } from './help-rows.ts';

export type HelpProps = {
  readonly context: KeyContext;
  /** First row of the keys that is shown, as far as they reach beyond the screen. */
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
};

/** The keys of the screen below, in two columns where they fit; on a small screen they scroll. */
export function Help({ context, first, rows, columns }: HelpProps) {
  const theme = useTheme();
  const bindings = bindingsOf(context);
  const perColumn = helpRows(context, columns);
  const page = rows - 1;
  const start = Math.max(0, Math.min(first, perColumn - page));
  const groups = [bindings.slice(0, perColumn), bindings.slice(perColumn)];
  const more =
    perColumn > page ? ` · ${start + 1}–${Math.min(start + page, perColumn)} of ${perColumn} rows` : '';
  return (
    <Box flexDirection="column" width={columns}>
      <Text wrap="truncate" {...theme.strong}>{`Keys: ${titleOf(context)}${more}`}</Text>
      <Box columnGap={2}>
        {groups.slice(0, helpColumns(columns)).map((group) => (
          <KeyColumn key={group[0]?.id} bindings={group} first={start} rows={page} />
        ))}
      </Box>
    </Box>
  );
}

type KeyColumnProps = {
  readonly bindings: readonly Binding[];
  readonly first: number;
  readonly rows: number;
};

function KeyColumn({ bindings, first, rows }: KeyColumnProps) {
  const keyWidth = 2 + Math.max(0, ...bindings.map(({ keys }) => keys.join(' ').length));
  return (
    <Box flexDirection="column">
      {bindings.slice(first, first + rows).map(({ id, keys, label }) => (
        <Text key={id} wrap="truncate">
          {toWidth(keys.join(' '), keyWidth) + label}
        </Text>
      ))}
    </Box>
  );
}
