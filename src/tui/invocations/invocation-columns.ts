import { printable } from '../../session/printable.ts';
import { isRunning } from '../../session/session-state.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth, toWidth } from '../display-width.ts';
import { shortSizeText, sizeText } from '../lines/size-text.ts';
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

/** With the space behind each. */
const MARK = 2;
const STATUS = 12;
/** From this width on the name of an error stands beside the status, as far as the source can spare the room. */
const ERRORS_FROM = 98;
const ERROR = { most: 16, least: 6, source: 24 } as const;

/** The columns of a list that is so wide; names take a quarter of it at most, the source what is left. */
export function listColumns(columns: number, functionNames: readonly string[]): ListColumns {
  const widest = functionNames.reduce((most, name) => Math.max(most, displayWidth(printable(name))), 8);
  const fixed = {
    time: columns < 76 ? 0 : 9,
    name: Math.min(widest + 2, Math.floor(columns / 4)),
    duration: columns < 92 ? 8 : 10,
    start: columns < 92 ? 2 : 6,
    attempts: columns < 104 ? 3 : 4,
    size: columns < 66 ? 0 : columns < 116 ? 5 : 9,
  };
  const room = Object.values(fixed).reduce((left, width) => left - width, columns - MARK - STATUS);
  const spare = columns < ERRORS_FROM ? 0 : Math.min(room - ERROR.source, ERROR.most);
  const error = spare < ERROR.least ? 0 : spare;
  return { ...fixed, source: room - error, status: STATUS + error };
}

/** What the short forms of a narrow list stand for; undefined: there are none. */
export function listLegend({ start }: ListColumns): string | undefined {
  return start < 'cold '.length ? 'c cold, w warm' : undefined;
}

export function listHeading(columns: ListColumns): string {
  return [
    ' '.repeat(MARK),
    toWidth('TIME', columns.time),
    toWidth('FUNCTION', columns.name),
    toWidth('SOURCE', columns.source),
    toWidth('STATUS', columns.status),
    toWidth(columns.duration < 10 ? 'TOOK ' : 'DURATION ', columns.duration, 'end'),
    toWidth(columns.start < 6 ? '' : 'START', columns.start),
    toWidth(columns.attempts < 4 ? '' : 'TRY', columns.attempts),
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
    span(cell(`${glyph} ${word}${errorOf(record, columns)}`, columns.status), token),
    span(toWidth(`${durationOf(record, now, columns)} `, columns.duration, 'end')),
    span(cell(startOf(record, columns), columns.start), 'faint'),
    span(cell(record.attempt > 1 ? `×${record.attempt}` : '', columns.attempts), 'warning'),
    span(toWidth(`${sizeOf(record, columns)} `, columns.size, 'end'), 'faint'),
  ].filter(({ text }) => text !== '');
}

/** A replay says of which invocation: by its time, which stands in the list, too. */
function sourceText(record: InvocationRecord, replayed: InvocationRecord | undefined): string {
  const { label } = recordSource(record);
  if (record.replayOf === undefined) return label;
  return replayed === undefined ? `↻ ${label}` : `↻ of ${clockText(replayed.offeredAt)} ${label}`;
}

/** Of a running invocation, whole seconds since its offer: what is drawn again every second must not flicker. */
function durationOf(record: InvocationRecord, now: number, columns: ListColumns): string {
  const { durationMs } = record;
  if (durationMs !== undefined) {
    const text = durationText(durationMs);
    return text.length < columns.duration ? text : `${Math.floor(durationMs / 1_000)} s`;
  }
  const seconds = Math.floor((now - record.offeredAt) / 1_000);
  return isRunning(record) && seconds > 0 ? `${seconds} s …` : '';
}

function startOf({ coldStart }: InvocationRecord, columns: ListColumns): string {
  if (coldStart === undefined) return '';
  const word = coldStart ? 'cold' : 'warm';
  return word.length < columns.start ? word : word.slice(0, 1);
}

function sizeOf({ event, bodiesLeftOut }: InvocationRecord, columns: ListColumns): string {
  if (bodiesLeftOut) return '';
  return columns.size < 8 ? shortSizeText(event.byteLength) : sizeText(event.byteLength);
}

/** The error's name, where there is room; that of a timeout says nothing more. */
function errorOf({ errorType, phase }: InvocationRecord, { status }: ListColumns): string {
  return errorType === undefined || phase === 'timed-out' || status === STATUS
    ? ''
    : ` ${printable(errorType)}`;
}
