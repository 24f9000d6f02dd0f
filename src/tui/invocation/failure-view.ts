import { isObject, listField, textField } from '../../fixtures/event-fields.ts';
import { printable, printableLines } from '../../session/printable.ts';
import { locationOf, type SourceLocation } from '../../session/source-location.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { wrap } from '../display-width.ts';
import { codeWindow } from '../lines/code-window.ts';
import { type Lines, linesOf, type Span, span } from '../lines/span.ts';

/** A few lines of a source around the line that an error came from. */
export type CodeFrame = {
  readonly location: SourceLocation;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
};

type Failure = {
  readonly type: string;
  readonly message: string;
  readonly trace: readonly string[];
  readonly causes: readonly string[];
};

/** Above this an error object is not parsed for display: it stands below as JSON all the same. */
const READ_BYTES = 256 * 1024;
const DEEPEST_CAUSE = 8;

const failures = new WeakMap<Uint8Array, Failure>();

function failureOf({ answer, errorType }: InvocationRecord): Failure | undefined {
  if (answer === undefined || answer.byteLength > READ_BYTES) return undefined;
  const known = failures.get(answer);
  if (known !== undefined) return known;
  const failure = readFailure(answer, errorType);
  failures.set(answer, failure);
  return failure;
}

function readFailure(answer: Uint8Array, errorType: string | undefined): Failure {
  const error = parsed(answer);
  const trace = [...listField(error, 'trace'), ...listField(error, 'stackTrace')].filter(
    (line) => typeof line === 'string',
  );
  return {
    type: textField(error, 'errorType') ?? errorType ?? 'Error',
    message: textField(error, 'errorMessage') ?? '',
    trace: trace.flatMap((line) => line.split(/\r?\n/)),
    causes: causesOf(error),
  };
}

function parsed(answer: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString());
  } catch {
    // Not JSON: its type still says something.
    return undefined;
  }
}

function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  let cause = isObject(error) ? error.cause : undefined;
  while (isObject(cause) && causes.length < DEEPEST_CAUSE) {
    const type = textField(cause, 'errorType') ?? textField(cause, 'name') ?? 'Error';
    causes.push(`${type}: ${textField(cause, 'errorMessage') ?? textField(cause, 'message') ?? ''}`);
    cause = cause.cause;
  }
  return causes;
}

/** Where the user's own code was when it failed; undefined: nowhere, or it did not fail. */
export function failureLocation(record: InvocationRecord): SourceLocation | undefined {
  if (record.errorType === undefined) return undefined;
  for (const line of failureOf(record)?.trace ?? []) {
    const location = locationOf(line);
    if (location !== undefined) return location;
  }
  return undefined;
}

type View = { readonly frame: CodeFrame | undefined; readonly columns: number; readonly lines: Lines };

const views = new WeakMap<Failure, View>();

/** Type and message, the code that it came from, the stack with the user's own lines standing out, and the causes. Made once for a width. */
export function failureView(record: InvocationRecord, frame: CodeFrame | undefined, columns: number): Lines {
  const failure = failureOf(record);
  if (failure === undefined) return linesOf([]);
  const known = views.get(failure);
  if (known?.frame === frame && known?.columns === columns) return known.lines;
  const lines = linesOf(failureRows(failure, frame, columns));
  views.set(failure, { frame, columns, lines });
  return lines;
}

function failureRows(
  failure: Failure,
  frame: CodeFrame | undefined,
  columns: number,
): readonly (readonly Span[])[] {
  const { type, message, trace, causes } = failure;
  const summary = printableLines(message === '' ? type : `${type}: ${message}`);
  // Node's trace begins with the very same line, and a message of several lines fills as many of them.
  const repeated = summary.every((line, index) => printable(trace[index] ?? '') === line);
  const stack = repeated ? trace.slice(summary.length) : trace;
  return [
    ...summary.flatMap((line) => wrap(line, columns).map((part) => [span(part, 'bad')])),
    ...frameRows(frame, columns),
    ...stack.flatMap((line) =>
      wrap(printable(line), columns).map((part) => [
        span(part, locationOf(line) === undefined ? 'faint' : 'plain'),
      ]),
    ),
    ...causes.flatMap((cause) =>
      printableLines(`caused by ${cause}`).flatMap((line) =>
        wrap(line, columns).map((part) => [span(part, 'warning')]),
      ),
    ),
    [span('')],
  ];
}

function frameRows(frame: CodeFrame | undefined, columns: number): readonly (readonly Span[])[] {
  if (frame === undefined || frame.lines.length === 0) return [];
  const { location, lines } = frame;
  const digits = String(lines.at(-1)?.line ?? 0).length;
  const rows = lines.flatMap(({ line, text }) => {
    const here = line === location.line;
    const number = `${here ? '> ' : '  '}${String(line).padStart(digits)} │ `;
    const room = Math.max(8, columns - number.length);
    if (!here) return [[span(number, 'faint'), span(printable(text.slice(0, columns * 2)))]];
    const { code, caret } = codeWindow(text, location.column ?? 1, room);
    const row = [span(number, 'bad'), span(code, 'strong')];
    if (location.column === undefined) return [row];
    return [row, [span(`${' '.repeat(digits + 2)} │ `, 'faint'), span(`${' '.repeat(caret)}^`, 'bad')]];
  });
  return [[span(`${printable(location.file)}:${location.line}`, 'faint')], ...rows, [span('')]];
}
