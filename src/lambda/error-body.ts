import { types } from 'node:util';

/** The error object that a caller of a Node function sees. */
export type ErrorBody = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

export type TrimTrace = (lines: readonly string[]) => readonly string[];

/**
 * An error that carries its finished JSON error object as a `Uint8Array`. llx's stub throws such errors when a
 * handler failed elsewhere, so that the failure passes through a runtime of llx unchanged. AWS ignores it.
 */
export const ERROR_PAYLOAD = Symbol.for('llx.error.payload');

/**
 * What Lambda's Node runtime makes of anything thrown (aws-lambda-ric 4.0.2, utils/error). Never throws, even when
 * the error's own getters do.
 *
 * @param trim takes away the lines of the stack that say nothing about the handler.
 */
export function errorBody(error: unknown, trim: TrimTrace = (lines) => lines): ErrorBody {
  try {
    if (error instanceof Error || types.isNativeError(error)) {
      return {
        errorType: text(error.name),
        errorMessage: text(error.message),
        trace: trim(text(error.stack).split('\n')),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    // Lambda's own words for an error whose properties cannot be read.
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

/** The finished answer for an error that carries one, else undefined. */
export function carriedPayload(error: unknown): Uint8Array | undefined {
  try {
    if (typeof error !== 'object' || error === null || !(ERROR_PAYLOAD in error)) return undefined;
    const payload = error[ERROR_PAYLOAD];
    return payload instanceof Uint8Array ? payload : undefined;
  } catch {
    // A proxy or getter of the handler's error that throws: then it carries none.
    return undefined;
  }
}

/** Lambda's front end does not take DEL in its headers, so the runtime writes it like this everywhere. */
function text(value: unknown): string {
  return value === undefined ? '' : String(value).replaceAll('\x7F', '%7F');
}
