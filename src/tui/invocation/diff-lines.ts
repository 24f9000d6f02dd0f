import { printable } from '../../session/printable.ts';
import { isAnswerCut } from '../../session/record-answer.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { toWidth } from '../display-width.ts';
import { type Lines, linesOf, type Span, span } from '../lines/span.ts';
import { phaseLook, type Token } from '../theme.ts';
import { type AnswerDiff, reloadedBetween } from './answer-diff.ts';
import { type JsonChange, type JsonSide, MOST_CHANGES } from './json-diff.ts';

/** Below it the two sides stand under each other. */
const SIDE_BY_SIDE = 100;
/** Of one side of a change: what is more says no more. */
const SHOWN_LINES = 200;

const made = new WeakMap<AnswerDiff, { readonly columns: number; readonly lines: Lines }>();

/** Path by path, what was and what is. */
export function diffLines(diff: AnswerDiff, columns: number): Lines {
  const known = made.get(diff);
  if (known?.columns === columns) return known.lines;
  const lines = linesOf([
    ...headRows(diff),
    ...diff.changes.flatMap((change) => changeRows(change, columns)),
  ]);
  made.set(diff, { columns, lines });
  return lines;
}

function headRows(diff: AnswerDiff): readonly (readonly Span[])[] {
  const { changes } = diff;
  const count =
    changes.length === 0
      ? 'The answers say the same.'
      : `${changes.length === MOST_CHANGES ? `${MOST_CHANGES} or more` : changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  return [
    runRow('-', 'bad', diff.before),
    runRow('+', 'good', diff.after),
    [
      span(count, changes.length === 0 ? 'good' : 'strong'),
      span(reloadedBetween(diff) ? ' · the code was reloaded between the two' : '', 'faint'),
    ],
    [span('')],
  ];
}

function runRow(sign: string, token: Token, record: InvocationRecord): readonly Span[] {
  const look = phaseLook(record);
  const duration = record.durationMs === undefined ? '' : ` · ${durationText(record.durationMs)}`;
  const replay = record.replayOf === undefined ? '' : ' · replay';
  const cut = isAnswerCut(record) ? ' · only its beginning' : '';
  return [
    span(`${sign} `, token),
    span(`${clockText(record.offeredAt)} `, 'faint'),
    span(`${look.glyph} ${look.word}`, look.token),
    span(`${duration}${replay}`),
    span(cut, 'warning'),
    span(` · ${printable(record.requestId)}`, 'faint'),
  ];
}

/** One change: its path, then what was and what is, beside each other where there is room. */
export function changeRows(
  { path, before, after }: JsonChange,
  columns: number,
): readonly (readonly Span[])[] {
  const what = before.there ? (after.there ? '~' : '-') : '+';
  const heading = [
    span(`${what} `, what === '~' ? 'warning' : what === '-' ? 'bad' : 'good'),
    span(path === '' ? 'the whole answer' : printable(path), 'strong'),
  ];
  const left = sideLines(before);
  const right = sideLines(after);
  if (columns < SIDE_BY_SIDE)
    return [
      heading,
      ...left.map((line) => [span('  - ', 'bad'), span(line, 'bad')]),
      ...right.map((line) => [span('  + ', 'good'), span(line, 'good')]),
    ];
  const half = Math.floor((columns - 5) / 2);
  return [
    heading,
    ...Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
      span('  '),
      span(toWidth(left[row] ?? '', half), 'bad'),
      span(' │ ', 'faint'),
      span(toWidth(right[row] ?? '', half), 'good'),
    ]),
  ];
}

function sideLines(side: JsonSide): readonly string[] {
  if (!side.there) return [];
  const text = JSON.stringify(side.value, undefined, 2) ?? 'undefined';
  const lines = text.split('\n', SHOWN_LINES + 1).map(printable);
  return lines.length <= SHOWN_LINES ? lines : [...lines.slice(0, SHOWN_LINES), '…'];
}
