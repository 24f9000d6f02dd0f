import { Box, Text } from 'ink';
import { toWidth } from './display-width.ts';
import { bindingsOf, type KeyContext } from './key-table.ts';
import { useTheme } from './theme.ts';

/** The keys of the screen below, in two columns where one would not fit. */
export function Help({ context, rows, columns }: { context: KeyContext; rows: number; columns: number }) {
  const theme = useTheme();
  const bindings = bindingsOf(context);
  const perColumn = Math.max(1, Math.min(bindings.length, rows - 1));
  const width = Math.floor(columns / Math.ceil(bindings.length / perColumn));
  const keyWidth = 16;
  return (
    <Box flexDirection="column">
      <Text {...theme.strong}>{context === 'list' ? 'Keys of the list' : 'Keys of an invocation'}</Text>
      <Box flexDirection="column" flexWrap="wrap" height={perColumn}>
        {bindings.map(({ id, keys, label }) => (
          <Text key={id} wrap="truncate">
            {toWidth(keys.join(' '), keyWidth)}
            {toWidth(label, width - keyWidth)}
          </Text>
        ))}
      </Box>
    </Box>
  );
}
