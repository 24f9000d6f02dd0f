import { printableLines } from './printable.ts';

/** Above this an error object is not parsed for display. */
const READ_BYTES = 256 * 1024;

/**
 * The lines that tell a developer what failed: type and message, then the trace. Takes the error object of an
 * invocation as Lambda's caller sees it (`errorType`, `errorMessage`, and `trace` of Node or `stackTrace` of others).
 */
export function failureLines(
  payload: Uint8Array | undefined,
  errorType: string | undefined,
): readonly string[] {
  const error = parsed(payload);
  return errorLines({
    errorType: text(error.errorType) ?? errorType ?? 'Error',
    errorMessage: text(error.errorMessage) ?? '',
    stackTrace: lines(error.trace) ?? lines(error.stackTrace) ?? [],
  });
}

/** The same of an error that was read already. */
export function errorLines(error: {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}): readonly string[] {
  const { errorType, errorMessage, stackTrace = [] } = error;
  const trace = stackTrace.flatMap(printableLines);
  const summary = printableLines(errorMessage === '' ? errorType : `${errorType}: ${errorMessage}`);
  // Node's trace begins with the very same line, and a message of several lines fills as many of them.
  const repeated = summary.every((line, index) => trace[index] === line);
  return repeated ? trace : [...summary, ...trace];
}

function parsed(payload: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (payload === undefined || payload.byteLength > READ_BYTES) return {};
  try {
    const value: unknown = JSON.parse(
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString(),
    );
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Not JSON: the error type still says something.
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function lines(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string') : undefined;
}
