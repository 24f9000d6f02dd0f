import { isLlxError } from '../../errors/llx-error.ts';
import type { LogSource } from '../logs/log-source.ts';
import type { InvocationStart } from './audit-periods.ts';

/** The line that Lambda itself writes at the beginning, in both formats of logs. */
const STARTS = '?"START RequestId" ?"platform.start"';
const MOST_PAGES = 1000;

/**
 * The invocations of a function since a time, from its log: the names of its streams have the version, as
 * `2026/11/02/[3]…`. [] where it has not run. Rejects with LlxError.
 *
 * @param since epoch milliseconds
 */
export async function invocationStarts(
  source: LogSource,
  since: number,
  signal: AbortSignal,
): Promise<{ readonly starts: readonly InvocationStart[]; readonly isAll: boolean }> {
  const starts: InvocationStart[] = [];
  let token: string | undefined;
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const { records, nextToken } = await source.read({ since, filter: STARTS, token, signal });
      for (const { at, stream } of records) {
        const functionVersion = /\[([^\]]+)\]/.exec(stream)?.[1];
        if (functionVersion !== undefined) starts.push({ at, functionVersion });
      }
      if (nextToken === undefined) return { starts, isAll: true };
      token = nextToken;
    }
    return { starts, isAll: false };
  } catch (error) {
    // It is made when a function first runs, and it may have been deleted.
    if (isLlxError(error) && error.code === 'LLX_FUNCTION_UNKNOWN') return { starts: [], isAll: true };
    throw error;
  }
}
