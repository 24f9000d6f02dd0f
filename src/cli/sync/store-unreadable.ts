import { LlxError } from '../../errors/llx-error.ts';

/** A store that is not there, or of which only a part could be read: nothing is changed for it. */
export function storeUnreadable(message: string, cause?: unknown): LlxError {
  return new LlxError('LLX_STORE_UNREADABLE', {
    message,
    mend: 'What is deployed goes on as it is. Look whether the store is there, and readable: llx sync SOURCE --once --dry-run',
    cause,
  });
}
