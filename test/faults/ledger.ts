import type { Where } from './project/work.ts';

/** One line that a handler wrote. */
export type LedgerLine = {
  /** Milliseconds since 1970, by the clock of this machine. */
  readonly at: number;
  readonly what: 'start' | 'end';
  readonly where: Where;
  readonly n: number;
  readonly requestId: string;
  readonly pid: number;
};

const LINE = /^(\d+) (start|end) (local|deployed) (\d+) ([0-9a-f-]+) (\d+)$/;

/** Throws on what is no line of a ledger: a torn write would make the checks blind. */
export function parseLedger(text: string): readonly LedgerLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, at, what, where, n, requestId, pid] = LINE.exec(line) ?? [];
      if (requestId === undefined) throw new RangeError(`Expected a line of a ledger, found "${line}".`);
      return {
        at: Number(at),
        what: what as LedgerLine['what'],
        where: where as Where,
        n: Number(n),
        requestId,
        pid: Number(pid),
      };
    });
}
