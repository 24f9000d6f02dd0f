import { printable, printableLines } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { wrap } from '../display-width.ts';
import { type Lines, linesOf, type Span, span } from '../lines/span.ts';

const LABEL = 20;

/** What the handler was told beside the event. Nothing of it is secret: credentials are named, never shown. */
export function contextLines(record: InvocationRecord, columns: number): Lines {
  const { context } = record;
  const rows: (readonly Span[])[] = [];
  const add = (label: string, value: string | undefined) => {
    if (value === undefined || value === '') return;
    const [first = '', ...others] = wrap(printable(value), Math.max(8, columns - LABEL));
    rows.push([span(label.padEnd(LABEL), 'faint'), span(first)]);
    for (const part of others) rows.push([span(' '.repeat(LABEL)), span(part)]);
  };
  add('request id', record.requestId);
  add('invocation id', record.id);
  add('function', record.functionName);
  add('invoked ARN', context?.invokedFunctionArn);
  add('version', context?.functionVersion);
  add('attempt', String(record.attempt));
  add('lane', record.lane);
  add('replay of', record.replayOf);
  add('deadline', deadlineText(record));
  add('memory', memoryText(record));
  add('start', startText(record));
  add('trace id', context?.traceId);
  add('log group', context?.logGroupName);
  add('log stream', context?.logStreamName);
  add('credentials', context === undefined ? undefined : credentialsText(record));
  add('answers as', streamingText(record));
  for (const [label, value] of [
    ['client context', context?.clientContext],
    ['identity', context?.identity],
  ] as const) {
    if (value === undefined) continue;
    const [first = '', ...others] = printableLines(JSON.stringify(value, undefined, 2));
    add(label, first);
    for (const line of others) rows.push([span(' '.repeat(LABEL)), span(line)]);
  }
  return linesOf(rows);
}

function deadlineText({ context, offeredAt }: InvocationRecord): string | undefined {
  if (context === undefined) return undefined;
  const at = clockText(offeredAt + context.remainingMs);
  return `${durationText(context.remainingMs)} after the offer, at ${at}`;
}

function memoryText({ context, maxMemoryMb }: InvocationRecord): string | undefined {
  const limit = context === undefined ? undefined : `${context.memoryLimitInMB} MB`;
  const used = maxMemoryMb === undefined ? undefined : `${Math.round(maxMemoryMb)} MB used at most`;
  const parts = [limit, used].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function startText({ coldStart, initMs }: InvocationRecord): string | undefined {
  if (coldStart === undefined) return undefined;
  if (!coldStart) return 'warm';
  return initMs === undefined ? 'cold' : `cold, init ${durationText(initMs)}`;
}

function credentialsText({ context, replayOf }: InvocationRecord): string {
  if (context?.credentials === 'forwarded')
    return 'of the function’s role, sent along by its stub (not shown)';
  return replayOf === undefined
    ? 'as this session opens them for the function (not shown)'
    : 'as this session opens them for the function; no caller waits for the answer';
}

function streamingText({ context }: InvocationRecord): string | undefined {
  if (context?.streaming === undefined) return undefined;
  return context.streaming
    ? 'a stream, as the deployed handler does'
    : 'one piece, as the deployed handler does';
}
