import { LlxError } from '../../../errors/llx-error.ts';

/** @param found what somebody else has done while a command ran */
export function functionChanged(functionName: string, found: string, cause?: unknown): LlxError {
  return new LlxError('LLX_FUNCTION_CHANGED', {
    message: `Expected ${functionName} to stay as it was while this command ran, found that ${found}.`,
    mend: `See what is live: llx versions ${functionName}\nIf this is to be live, run the command again.`,
    cause,
  });
}
