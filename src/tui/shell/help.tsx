import { Box, Text } from 'ink';
import { toWidth } from '../display-width.ts';
import { type Binding, bindingsOf, type KeyContext } from '../key-table.ts';
import { useTheme } from '../theme.ts';

/** The keys of the screen below, in two columns where one would not fit. */
export function Help({ context, rows, columns }: { context: KeyContext; rows: number; columns: number }) {
  const theme = useTheme();
  const bindings = bindingsOf(context);
  const perColumn = Math.max(1, Math.min(bindings.length, rows - 1));
  const groups = Array.from({ length: Math.ceil(bindings.length / perColumn) }, (_, column) =>
    bindings.slice(column * perColumn, (column + 1) * perColumn),
  );
  return (
    <Box flexDirection="column" width={columns}>
      <Text {...theme.strong}>{context === 'list' ? 'Keys of the list' : 'Keys of an invocation'}</Text>
      <Box columnGap={2}>
        {groups.map((group) => (
          <KeyColumn key={group[0]?.id} bindings={group} />
        ))}
      </Box>
    </Box>
  );
}

function KeyColumn({ bindings }: { readonly bindings: readonly Binding[] }) {
  const keyWidth = 2 + Math.max(...bindings.map(({ keys }) => keys.join(' ').length));
  return (
    <Box flexDirection="column">
      {bindings.map(({ id, keys, label }) => (
        <Text key={id} wrap="truncate">
          {toWidth(keys.join(' '), keyWidth) + label}
        </Text>
      ))}
    </Box>
  );
}
