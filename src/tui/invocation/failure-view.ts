import { isObject, listField, textField } from '../../fixtures/event-fields.ts';
import { printable, printableLines } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { wrap } from '../display-width.ts';
import { type Lines, linesOf, type Span, span } from '../lines/span.ts';
import type { SourceLocation } from '../tui-actions.ts';

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

/** `at handler (/project/src/orders.ts:12:9)`, `at file:///project/src/orders.ts:12:9`, and as Python has it. */
const FRAME = /^\s*at (?:.*\()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?\s*$/;
const PYTHON_FRAME = /^\s*File "(.+)", line (\d+)/;

/** Whether it is a line of the user's own code: not of a package, of Node.js, or of the runtime. */
function locationOf(line: string): SourceLocation | undefined {
  const frame = FRAME.exec(line) ?? PYTHON_FRAME.exec(line);
  const [, file, row, column] = frame ?? [];
  if (file === undefined || row === undefined) return undefined;
  if (/(?:^node:|[\\/]node_modules[\\/]|[\\/]site-packages[\\/]|^<|^native$)/.test(file)) return undefined;
  return {
    file: decoded(file),
    line: Number(row),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}

/** In a URL a space is `%20`. */
function decoded(file: string): string {
  try {
    return decodeURI(file);
  } catch {
    return file;
  }
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

/** Type and message, the code that it came from, the stack with the user's own lines standing out, and the causes. */
export function failureView(record: InvocationRecord, frame: CodeFrame | undefined, columns: number): Lines {
  const failure = failureOf(record);
  if (failure === undefined) return linesOf([]);
  const { type, message, trace, causes } = failure;
  const summary = printableLines(message === '' ? type : `${type}: ${message}`);
  // Node's trace begins with the very same line, and a message of several lines fills as many of them.
  const repeated = summary.every((line, index) => printable(trace[index] ?? '') === line);
  const stack = repeated ? trace.slice(summary.length) : trace;
  const rows: (readonly Span[])[] = [
    ...summary.flatMap((line) => wrap(line, columns).map((part) => [span(part, 'bad')])),
    ...frameRows(frame),
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
  return linesOf(rows);
}

function frameRows(frame: CodeFrame | undefined): readonly (readonly Span[])[] {
  if (frame === undefined || frame.lines.length === 0) return [];
  const { location, lines } = frame;
  const digits = String(lines.at(-1)?.line ?? 0).length;
  const rows = lines.flatMap(({ line, text }) => {
    const here = line === location.line;
    const number = `${here ? '> ' : '  '}${String(line).padStart(digits)} │ `;
    const code = [span(number, here ? 'bad' : 'faint'), span(printable(text), here ? 'strong' : 'plain')];
    if (!here || location.column === undefined) return [code];
    const before = printable(text.slice(0, location.column - 1)).replace(/./gu, ' ');
    return [code, [span(`${' '.repeat(digits + 2)} │ `, 'faint'), span(`${before}^`, 'bad')]];
  });
  return [[span(`${printable(location.file)}:${location.line}`, 'faint')], ...rows, [span('')]];
}
