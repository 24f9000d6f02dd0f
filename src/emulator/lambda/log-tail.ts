import type { RunFacts } from '../../runtime/invocation.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: "the last 4 KB of the execution log". */
const TAIL_BYTES = 4096;

/**
 * The log of one invocation as CloudWatch has it: START, what the function printed, END, REPORT.
 * The forms are those of recordings of real AWS; the REPORT line ends in a tab.
 */
export function executionLog(
  requestId: string,
  version: string,
  lines: readonly string[],
  memoryMb: number,
  facts: RunFacts,
): string {
  const duration = facts.durationMs.toFixed(2);
  const billed = Math.ceil(facts.durationMs + (facts.initMs ?? 0));
  const init = facts.initMs === undefined ? '' : `Init Duration: ${facts.initMs.toFixed(2)} ms\t`;
  return [
    `START RequestId: ${requestId} Version: ${version}`,
    ...lines,
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: ${duration} ms\tBilled Duration: ${billed} ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${facts.maxMemoryMb ?? 0} MB\t${init}\n`,
  ].join('\n');
}

/** `X-Amz-Log-Result`: the end of the log in base64. */
export function logTail(log: string): string {
  const bytes = Buffer.from(log);
  return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)).toString('base64');
}
