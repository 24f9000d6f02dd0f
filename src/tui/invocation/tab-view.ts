import { isObject } from '../../fixtures/event-fields.ts';
import { printable } from '../../session/printable.ts';
import { isAnswerCut } from '../../session/record-answer.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { bodyOf, plainLines } from '../json/body.ts';
import { documentLayout } from '../json/document-layout.ts';
import type { JsonLayout } from '../json/json-layout.ts';
import { jsonLines } from '../json/json-lines.ts';
import { sizeText } from '../lines/size-text.ts';
import { joinedLines, type Lines, linesOf, span } from '../lines/span.ts';
import type { ScreenFacts } from '../screen.ts';
import { answerDiff, diffPartner } from './answer-diff.ts';
import { contextLines } from './context-lines.ts';
import { diffLines } from './diff-lines.ts';
import { failureView } from './failure-view.ts';
import { type HttpStream, httpStream } from './http-stream.ts';
import { type InvocationState, shownRecord, type Tab } from './invocation-state.ts';
import { type LogView, logView } from './log-lines.ts';
import { timelineLines } from './timeline.ts';

/** What a tab shows. */
export type TabView = {
  readonly lines: Lines;
  /** Where it is JSON: its rows begin at `from`. */
  readonly json?: { readonly layout: JsonLayout; readonly from: number; readonly bytes: Uint8Array };
  readonly logs?: LogView;
};

/** Rows of the heading: what it is, its ids, the tabs. */
export const HEADING_ROWS = 3;
/** The mark of the chosen row. */
const MARKER = 2;

export function pageOf({ size }: Pick<ScreenFacts, 'size'>): number {
  return Math.max(1, size.rows - HEADING_ROWS);
}

/** Only of the tab that is shown: the others cost nothing. */
export function tabView(state: InvocationState, tab: Tab, facts: ScreenFacts): TabView {
  const record = shownRecord(state, facts);
  const columns = Math.max(8, facts.size.columns - MARKER);
  if (record === undefined) return said('This invocation is no longer kept.');
  switch (tab) {
    case 'event':
      return record.bodiesLeftOut ? NO_LONGER_KEPT : bodyView(state, tab, record.event, { columns });
    case 'answer':
      return record.bodiesLeftOut ? NO_LONGER_KEPT : answerView(state, record, columns);
    case 'logs': {
      if (record.bodiesLeftOut) return NO_LONGER_KEPT;
      const logs = logView(record.logs, record.logsLeftOut, { columns, open: state.openLines });
      return { lines: logs.lines, logs };
    }
    case 'timeline':
      return { lines: timelineLines(record, facts.now, columns) };
    case 'context':
      return { lines: contextLines(record, columns) };
    case 'diff':
      return diffView(record, facts, columns);
    default: {
      const unhandled: never = tab;
      return unhandled;
    }
  }
}

const NO_LONGER_KEPT = said('No longer kept: newer invocations needed the memory.');

function said(text: string): TabView {
  return { lines: linesOf([[span(text, 'faint')]]) };
}

function answerView(state: InvocationState, record: InvocationRecord, columns: number): TabView {
  const { answer, answerBytes, errorType, reason } = record;
  if (reason !== undefined) return { lines: linesOf([[span(reason, 'warning')]]) };
  if (answer === undefined) return said('No answer yet.');
  const cut = isAnswerCut(record);
  const head =
    errorType === undefined
      ? linesOf([])
      : failureView(record, state.frame?.id === record.id ? state.frame.code : undefined, columns);
  const note = cut
    ? linesOf([
        [
          span(
            `Cut off: the first ${sizeText(answer.byteLength)} of ${sizeText(answerBytes ?? 0)}.`,
            'warning',
          ),
        ],
      ])
    : linesOf([]);
  const stream = errorType === undefined ? httpStream(answer) : undefined;
  return bodyView(state, 'answer', stream?.body ?? answer, {
    columns,
    head: joinedLines(joinedLines(head, note), stream === undefined ? linesOf([]) : preludeLines(stream)),
    partial: cut,
  });
}

/** The head of an HTTP answer, as it goes over the wire. */
function preludeLines({ prelude }: HttpStream): Lines {
  const { statusCode, headers, cookies, ...others } = prelude;
  const fields = [
    ...Object.entries(isObject(headers) ? headers : {}),
    ...(Array.isArray(cookies) ? cookies.map((cookie) => ['set-cookie', cookie] as const) : []),
    ...Object.entries(others),
  ];
  return linesOf([
    [span(`HTTP ${printable(String(statusCode ?? 200))}`, 'strong')],
    ...fields.map(([name, value]) => [
      span(`${printable(name)}: `, 'key'),
      span(printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))),
    ]),
    [span('')],
  ]);
}

type BodyOptions = { readonly columns: number; readonly head?: Lines; readonly partial?: boolean };

function bodyView(
  state: InvocationState,
  tab: Tab,
  bytes: Uint8Array,
  { columns, head = linesOf([]), partial = false }: BodyOptions,
): TabView {
  if (bytes.byteLength === 0) return { lines: joinedLines(head, linesOf([[span('Empty.', 'faint')]])) };
  const body = bodyOf(bytes, { partial });
  if (body.type !== 'json') return { lines: joinedLines(head, plainLines(body, columns)) };
  const arranged = state.arranged[tab];
  const document = arranged?.bytes === bytes ? arranged.document : body.document;
  const layout = documentLayout(document, columns);
  return { lines: joinedLines(head, jsonLines(layout, columns)), json: { layout, from: head.count, bytes } };
}

function diffView(record: InvocationRecord, { session }: ScreenFacts, columns: number): TabView {
  const partner = diffPartner(session.invocations, record);
  if (partner === undefined) return said('There is no other run of this event to compare with. Replay it: r');
  const diff = answerDiff(record, partner);
  if (diff === undefined)
    return said('One of the two answers is not there: it runs, was refused, or is no longer kept.');
  return { lines: diffLines(diff, columns) };
}
