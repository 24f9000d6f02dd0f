import { printable } from '../../session/printable.ts';
import { isRunning } from '../../session/session-state.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth, toWidth } from '../display-width.ts';
import { sizeText } from '../lines/size-text.ts';
import { type Span, span } from '../lines/span.ts';
import { phaseLook } from '../theme.ts';
import { recordSource } from './record-source.ts';

/** How wide each column is; 0: there is no room for it. */
export type ListColumns = {
  readonly time: number;
  readonly name: number;
  readonly source: number;
  readonly status: number;
  readonly duration: number;
  readonly start: number;
  readonly attempts: number;
  readonly size: number;
};

/** With the space behind each. Those that say least go first where it is narrow. */
const FIXED = { mark: 2, status: 12, duration: 10 } as const;
const OPTIONAL = [
  { name: 'time', width: 9, from: 76 },
  { name: 'start', width: 6, from: 92 },
  { name: 'attempts', width: 5, from: 104 },
  { name: 'size', width: 10, from: 116 },
] as const;

/** The columns of a list that is so wide; names take a quarter of it at most, the source what is left. */
export function listColumns(columns: number, functionNames: readonly string[]): ListColumns {
  const optional = Object.fromEntries(
    OPTIONAL.map(({ name, width, from }) => [name, columns >= from ? width : 0]),
  ) as Record<(typeof OPTIONAL)[number]['name'], number>;
  const widest = functionNames.reduce((most, name) => Math.max(most, displayWidth(printable(name))), 8);
  const name = Math.min(widest + 2, Math.floor(columns / 4));
  const others = Object.values(optional).reduce((sum, width) => sum + width, 0);
  const source = columns - name - others - FIXED.mark - FIXED.status - FIXED.duration;
  return { ...optional, name, source, status: FIXED.status, duration: FIXED.duration };
}

export function listHeading(columns: ListColumns): string {
  return [
    ' '.repeat(FIXED.mark),
    toWidth('TIME', columns.time),
    toWidth('FUNCTION', columns.name),
    toWidth('SOURCE', columns.source),
    toWidth('STATUS', columns.status),
    toWidth('DURATION ', columns.duration, 'end'),
    toWidth('START', columns.start),
    toWidth('TRY', columns.attempts),
    toWidth('SIZE ', columns.size, 'end'),
  ].join('');
}

const rows = new WeakMap<InvocationRecord, { columns: ListColumns; spans: readonly Span[] }>();

/** A record's row. One that has ended is made once for each width. */
export function invocationRow(
  record: InvocationRecord,
  columns: ListColumns,
  now: number,
  replayed: InvocationRecord | undefined,
): readonly Span[] {
  if (isRunning(record)) return makeRow(record, columns, now, replayed);
  const known = rows.get(record);
  if (known?.columns === columns) return known.spans;
  const spans = makeRow(record, columns, now, replayed);
  rows.set(record, { columns, spans });
  return spans;
}

function makeRow(
  record: InvocationRecord,
  columns: ListColumns,
  now: number,
  replayed: InvocationRecord | undefined,
): readonly Span[] {
  const { glyph, word, token } = phaseLook(record);
  const cell = (text: string, width: number) => toWidth(cutTo(text, width - 1), width);
  return [
    span(record.pinned ? '◆ ' : '  ', 'accent'),
    span(cell(clockText(record.offeredAt), columns.time), 'faint'),
    span(cell(printable(record.functionName), columns.name)),
    span(cell(sourceText(record, replayed), columns.source)),
    span(cell(`${glyph} ${word}`, columns.status), token),
    span(toWidth(`${durationOf(record, now)} `, columns.duration, 'end')),
    span(cell(startOf(record), columns.start), 'faint'),
    span(cell(record.attempt > 1 ? `×${record.attempt}` : '', columns.attempts), 'warning'),
    span(toWidth(`${sizeOf(record)} `, columns.size, 'end'), 'faint'),
  ].filter(({ text }) => text !== '');
}

/** A replay says of which invocation: by its time, which stands in the list, too. */
function sourceText(record: InvocationRecord, replayed: InvocationRecord | undefined): string {
  const { label } = recordSource(record);
  if (record.replayOf === undefined) return label;
  return replayed === undefined ? `↻ ${label}` : `↻ of ${clockText(replayed.offeredAt)} ${label}`;
}

/** Of a running invocation, whole seconds since its offer: what is drawn again every second must not flicker. */
function durationOf(record: InvocationRecord, now: number): string {
  if (record.durationMs !== undefined) return durationText(record.durationMs);
  const seconds = Math.floor((now - record.offeredAt) / 1_000);
  return isRunning(record) && seconds > 0 ? `${seconds} s …` : '';
}

function startOf({ coldStart }: InvocationRecord): string {
  if (coldStart === undefined) return '';
  return coldStart ? 'cold' : 'warm';
}

function sizeOf({ event, bodiesLeftOut }: InvocationRecord): string {
  return bodiesLeftOut ? '' : sizeText(event.byteLength);
}
