import { Text } from 'ink';
import type { LatestDrop } from '../latest-drops.ts';
import { useTheme } from '../theme.ts';

/** A row for each: who threw it away and why. */
export function DropLines({ drops }: { readonly drops: readonly LatestDrop[] }) {
  const theme = useTheme();
  // A row of the screen stays the same element while others take its place.
  const rows = drops.map((drop, row) => ({ ...drop, row }));
  return rows.map(({ row, process, reason, detail, times }) => (
    <Text key={row} wrap="truncate">
      <Text {...theme.warning}>{`dropped${times === 1 ? '' : ` ×${times}`}`}</Text>
      {`  ${process} ${reason}`}
      <Text {...theme.faint}>{detail === '' ? '' : `: ${detail}`}</Text>
    </Text>
  ));
}
