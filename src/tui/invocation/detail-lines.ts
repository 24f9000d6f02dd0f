import { failureLines } from '../../session/failure-lines.ts';
import { printable, printableLines } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { wrap } from '../display-width.ts';
import { jsonLines } from './json-lines.ts';

export const TABS = ['event', 'answer', 'logs'] as const;
export type Tab = (typeof TABS)[number];

export type DetailLine = { readonly text: string; readonly tone: 'plain' | 'faint' | 'bad' };

/** What is shown of an event or answer: enough to read, little enough to wrap within one frame. */
const SHOWN_BYTES = 256 * 1024;

const STREAMED = 'Streamed to the caller piece by piece; nothing of it is kept here.';

const cache = new WeakMap<object, { readonly width: number; readonly lines: readonly DetailLine[] }>();

/** A tab of an invocation in lines of at most `width` columns. Remembered until the body or the width changes. */
export function detailLines(record: InvocationRecord, tab: Tab, width: number): readonly DetailLine[] {
  if (record.bodiesLeftOut) return [faint('No longer kept: newer invocations needed the memory.')];
  switch (tab) {
    case 'event':
      return remembered(record.event, width, () => bodyLines(record.event));
    case 'answer':
      return answerLines(record, width);
    case 'logs':
      return remembered(record.logs, width, () => logLines(record));
    default: {
      const unhandled: never = tab;
      return unhandled;
    }
  }
}

function remembered(body: object, width: number, make: () => readonly DetailLine[]): readonly DetailLine[] {
  const known = cache.get(body);
  if (known?.width === width) return known.lines;
  const lines = make().flatMap(({ text, tone }) => wrap(text, width).map((part) => ({ text: part, tone })));
  cache.set(body, { width, lines });
  return lines;
}

function answerLines(record: InvocationRecord, width: number): readonly DetailLine[] {
  const { answer } = record;
  if (record.reason !== undefined) return wrap(printable(record.reason), width).map(plain);
  if (answer === undefined) return [faint('No answer yet.')];
  // Any other answer is JSON, so at least one byte; pieces of a stream are handed on and not kept.
  if (record.phase === 'succeeded' && answer.byteLength === 0) return [faint(STREAMED)];
  if (record.phase === 'observed' && record.errorType === undefined)
    return remembered(answer, width, () => [...beginning(record), ...bodyLines(answer)]);
  if (record.phase === 'succeeded') return remembered(answer, width, () => bodyLines(answer));
  return remembered(answer, width, () => [
    ...failureLines(answer, record.errorType).map((text): DetailLine => ({ text, tone: 'bad' })),
    plain(''),
    ...bodyLines(answer),
  ]);
}

/** A copy holds no more than the beginning of a large answer. */
function beginning({ answer, answerBytes }: InvocationRecord): readonly DetailLine[] {
  if (answer === undefined || answerBytes === undefined) return [];
  return [faint(`The first ${answer.byteLength} of ${answerBytes} bytes.`)];
}

function bodyLines(body: Uint8Array): readonly DetailLine[] {
  if (body.byteLength === 0) return [faint('Empty.')];
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8', 0, SHOWN_BYTES);
  const lines = jsonLines(text).map((line) => plain(printable(line)));
  if (body.byteLength <= SHOWN_BYTES) return lines;
  const size = `${(body.byteLength / 1024 / 1024).toFixed(1)} MiB`;
  return [faint(`The first ${SHOWN_BYTES / 1024} KiB of ${size}.`), ...lines];
}

function logLines({ logs, logsLeftOut }: InvocationRecord): readonly DetailLine[] {
  const lines = logs.flatMap(({ text }) => printableLines(text).map(plain));
  if (logsLeftOut > 0) return [faint(`${logsLeftOut} older records left out.`), ...lines];
  return lines.length > 0 ? lines : [faint('Nothing printed.')];
}

function plain(text: string): DetailLine {
  return { text, tone: 'plain' };
}

function faint(text: string): DetailLine {
  return { text, tone: 'faint' };
}
