import { Text } from 'ink';
import { cutTo } from '../display-width.ts';
import { useTheme } from '../theme.ts';
import type { Notice } from './notices.ts';

export type NoticeLinesProps = {
  readonly notices: readonly Notice[];
  /** Rows that there are for them. */
  readonly rows: number;
  readonly columns: number;
};

/** How many rows the notices take. Small screens have room for one. */
export function noticeRows(count: number, screenRows: number): number {
  return Math.min(count, screenRows < 24 ? 1 : 3);
}

/** The most urgent first; the last row says how many more there are. */
export function NoticeLines({ notices, rows, columns }: NoticeLinesProps) {
  const theme = useTheme();
  const shown = notices.slice(0, rows).map((notice, row) => ({ ...notice, row }));
  return shown.map(({ row, text, token }) => {
    const more = notices.length - rows;
    const end = row === rows - 1 && more > 0 ? `  and ${more} more · x dismisses` : '';
    return (
      <Text key={row} wrap="truncate" {...theme[token]}>
        {cutTo(text, columns - end.length)}
        <Text {...theme.faint}>{end}</Text>
      </Text>
    );
  });
}
