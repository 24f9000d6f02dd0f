import { RuntimeError } from './runtime-error.ts';
import { hasCallbacks } from './runtime-version.ts';

/**
 * A handler's answer as Lambda sends it: `undefined`, and what JSON has no word for, is `null`.
 *
 * @throws what Lambda's runtime answers for a value that JSON cannot hold (BigInt, a circle): since Node.js 24
 * `Runtime.JSONStringifyError`, before that a plain Error, with the same text.
 */
export function answerJson(value: unknown, runtime: string): string {
  try {
    // A function or symbol has no JSON: JSON.stringify returns undefined, which Lambda's client sends as `null`.
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch (cause) {
    const message = 'Unable to stringify response body';
    throw hasCallbacks(runtime)
      ? new Error(message, { cause })
      : new RuntimeError('Runtime.JSONStringifyError', message, { cause });
  }
}
