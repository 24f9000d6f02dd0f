import { LlxError } from '../../../errors/llx-error.ts';

/** A folder that cannot be packaged as a function. */
export function packageInvalid(
  message: string,
  { mend = 'llx deploy --help', cause }: { readonly mend?: string; readonly cause?: unknown } = {},
): LlxError {
  return new LlxError('LLX_PACKAGE_INVALID', { message, mend, cause });
}
