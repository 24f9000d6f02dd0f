import type { Frame } from '../frame-source.ts';
import type { ScreenFacts, Size } from '../screen.ts';
import type { NoticeBoard } from './notice-board.ts';
import { noticeRows } from './notice-lines.tsx';
import type { Notice } from './notices.ts';

/** How a terminal is shared out, and what the screen in it may look at. */
export type Layout = {
  readonly facts: ScreenFacts;
  readonly notices: readonly Notice[];
  readonly noticeRows: number;
};

export type LayoutOptions = Omit<ScreenFacts, 'session' | 'size' | 'now'> & {
  readonly frame: Frame;
  /** Of the terminal. */
  readonly size: Size;
  readonly now: number;
  readonly board: NoticeBoard;
};

/** Header, tabs, message line and footer. */
const OWN_ROWS = 4;

export function layoutOf({ frame, size, now, board, ...rest }: LayoutOptions): Layout {
  // What is dropped has rows of its own where it is told in full.
  const notices = board
    .shown(frame.state, now)
    .filter(({ about }) => about !== 'drops' || frame.drops.length === 0);
  const rowsOfNotices = noticeRows(notices.length, size.rows);
  const rows = Math.max(1, size.rows - OWN_ROWS - rowsOfNotices - frame.drops.length);
  return {
    facts: { ...rest, session: frame.state, size: { columns: size.columns, rows }, now },
    notices,
    noticeRows: rowsOfNotices,
  };
}
