import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

const BRAND = Symbol.for('llx.error');

/**
 * A failure of llx itself, or of what it was given: never of a user's handler, which is data.
 * `message` says what was expected and what was found; `mend` is a command or an edit that helps.
 */
export class LlxError extends Error {
  override readonly name = 'LlxError';
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly mend: string;

  constructor(code: ErrorCode, parts: { message: string; mend: string; cause?: unknown }) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.mend = parts.mend;
  }

  /** The exit code of the process when this ends it. */
  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }
}

/** By symbol, because a bundle may hold this class twice. */
export function isLlxError(value: unknown): value is LlxError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
