/** Where the reader is in a list of rows: the row that keys act on, and the first one on the screen. */
export type Scroll = {
  /** Infinity: the last one, whichever that is by then. */
  readonly row: number;
  readonly first: number;
};

export const TOP: Scroll = { row: 0, first: 0 };
/** The end, and what will come. */
export const END: Scroll = { row: Number.POSITIVE_INFINITY, first: Number.POSITIVE_INFINITY };

/** Rows kept between the chosen one and the edge, where there are that many. */
const MARGIN = 2;

/** The same place in rows that are really there: 0 ≤ first ≤ row < first + page, and no emptiness below the last row. */
export function settled({ row, first }: Scroll, count: number, page: number): Scroll {
  const last = Math.max(0, count - 1);
  const chosen = Math.max(0, Math.min(row, last));
  const margin = Math.min(MARGIN, Math.floor((page - 1) / 2));
  const lowest = Math.max(0, chosen - (page - 1) + Math.min(margin, last - chosen));
  const highest = Math.max(0, chosen - margin);
  const top = Math.max(lowest, Math.min(first, highest));
  return { row: chosen, first: Math.max(0, Math.min(top, count - page)) };
}

export type Move =
  | 'move.down'
  | 'move.up'
  | 'move.halfDown'
  | 'move.halfUp'
  | 'move.pageDown'
  | 'move.pageUp'
  | 'move.first'
  | 'move.last';

export function isMove(action: string): action is Move {
  return action.startsWith('move.');
}

/** The place after a key. `follow`: at the last row, what comes is followed. */
export function moved(scroll: Scroll, move: Move, options: MoveOptions): Scroll {
  const { count, page, follow = false } = options;
  const at = settled(scroll, count, page);
  const by = stepOf(move, page);
  const row = Math.max(0, Math.min(at.row + by, count - 1));
  if (follow && by > 0 && row >= count - 1) return END;
  return settled({ row, first: Math.abs(by) > 1 ? at.first + by : at.first }, count, page);
}

export type MoveOptions = { readonly count: number; readonly page: number; readonly follow?: boolean };

function stepOf(move: Move, page: number): number {
  switch (move) {
    case 'move.down':
      return 1;
    case 'move.up':
      return -1;
    case 'move.halfDown':
      return Math.ceil(page / 2);
    case 'move.halfUp':
      return -Math.ceil(page / 2);
    case 'move.pageDown':
      return page;
    case 'move.pageUp':
      return -page;
    case 'move.first':
      return Number.NEGATIVE_INFINITY;
    case 'move.last':
      return Number.POSITIVE_INFINITY;
  }
}
