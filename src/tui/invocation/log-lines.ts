import type { LogLine } from '../../runtime/invocation.ts';
import { printable, printableLines } from '../../session/printable.ts';
import { wrap } from '../display-width.ts';
import { jsonDocument } from '../json/json-document.ts';
import { JsonLayout } from '../json/json-layout.ts';
import { jsonLines } from '../json/json-lines.ts';
import { type JsonTape, scanJson } from '../json/json-tape.ts';
import { lambdaPrefix, levelToken } from '../lines/lambda-prefix.ts';
import { type Lines, type Span, span } from '../lines/span.ts';
import type { Token } from '../theme.ts';

/** The rows of a log, and which line each of them is of. */
export type LogView = { readonly lines: Lines; readonly lineAt: (row: number) => number };

const LEVEL = /^\s*\[?(TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b/i;

type Made = { readonly columns: number; readonly open: boolean; readonly rows: readonly (readonly Span[])[] };

const made = new WeakMap<LogLine, Made>();

/**
 * The lines of an invocation, as wide as there is room. A line of JSON shows its message and unfolds when it is in `open`. Each
 * line is looked at once for a width, since a running handler adds to them all the time.
 */
export function logView(
  logs: readonly LogLine[],
  leftOut: number,
  options: { readonly columns: number; readonly open: ReadonlySet<number> },
): LogView {
  const rows: (readonly Span[])[] = [];
  const owners: number[] = [];
  const add = (row: readonly Span[], owner: number) => {
    rows.push(row);
    owners.push(owner);
  };
  if (leftOut > 0) add([span(`${leftOut} older lines left out.`, 'faint')], -1);
  for (const [index, line] of logs.entries()) {
    for (const row of rowsOf(line, options.columns, options.open.has(leftOut + index)))
      add(row, leftOut + index);
  }
  if (rows.length === 0) add([span('Nothing printed.', 'faint')], -1);
  return {
    lines: { count: rows.length, row: (index) => rows[index] ?? [] },
    lineAt: (row) => owners[row] ?? -1,
  };
}

function rowsOf(line: LogLine, columns: number, open: boolean): Made['rows'] {
  const known = made.get(line);
  if (known?.columns === columns && known.open === open) return known.rows;
  const rows = makeRows(line, columns, open);
  made.set(line, { columns, open, rows });
  return rows;
}

function makeRows({ text, stream }: LogLine, columns: number, open: boolean): Made['rows'] {
  const prefix = lambdaPrefix(text);
  const rest = text.slice(prefix?.length ?? 0);
  const tape = /^\s*\{/.test(rest) ? scanJson(rest) : undefined;
  const level = prefix?.level ?? fieldOf(tape, 'level') ?? LEVEL.exec(rest)?.[1] ?? '';
  const token = levelToken(level) ?? (stream === 'stderr' ? 'warning' : 'plain');
  const time = prefix === undefined ? [] : [span(`${prefix.time} `, 'faint')];
  const shown = prefix === undefined || prefix.level === 'INFO' ? [] : [span(`${prefix.level} `, token)];
  if (tape === undefined) return plainRows(rest, [...time, ...shown], token, columns);
  const message = fieldOf(tape, 'message') ?? fieldOf(tape, 'msg');
  const head = [
    span(open ? '▾ ' : '▸ ', 'faint'),
    ...time,
    ...(prefix === undefined && level !== '' ? [span(`${level.toUpperCase()} `, token)] : shown),
    span(printable(message ?? rest.slice(0, columns * 2)), token),
    ...(message === undefined ? [] : [span(` {…} ${tape.children[0] ?? 0} keys`, 'faint')]),
  ];
  if (!open) return [head];
  const inside = jsonLines(new JsonLayout(jsonDocument(tape), columns - 2), columns - 2);
  return [head, ...Array.from({ length: inside.count }, (_, row) => [span('  '), ...inside.row(row)])];
}

function plainRows(text: string, before: readonly Span[], token: Token, columns: number): Made['rows'] {
  const taken = before.reduce((sum, one) => sum + one.text.length, 0);
  return printableLines(text).flatMap((line, index) => {
    if (index > 0) return wrap(line, columns).map((part) => [span(part, token)]);
    const [first = '', ...others] = wrap(line, Math.max(8, columns - taken));
    const rest = others.length === 0 ? [] : wrap(others.join(''), columns);
    return [[...before, span(first, token)], ...rest.map((part) => [span(part, token)])];
  });
}

/** A text at the top level of an object: what structured loggers call the level and the message. */
function fieldOf(tape: JsonTape | undefined, name: string): string | undefined {
  if (tape === undefined) return undefined;
  for (let node = 1; node < tape.count; node = tape.next[node] ?? tape.count) {
    if (tape.text.slice(tape.keyStart[node], tape.keyEnd[node]) !== `"${name}"`) continue;
    try {
      const value: unknown = JSON.parse(tape.text.slice(tape.start[node], tape.end[node]));
      return typeof value === 'string' ? value : undefined;
    } catch {
      // A wrong escape: the line is shown as it stands.
      return undefined;
    }
  }
  return undefined;
}
