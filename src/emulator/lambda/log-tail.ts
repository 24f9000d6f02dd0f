import type { InvocationResult, RunFacts } from '../../runtime/invocation.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: "the last 4 KB of the execution log". */
const TAIL_BYTES = 4096;

export type RunStatus = RunFacts &
  Pick<InvocationResult, 'status'> & { failure?: string; errorType?: string };

/**
 * The log of one invocation as CloudWatch has it: START, what the function printed, END, REPORT.
 * The forms are those of recordings of real AWS.
 */
export function executionLog(
  requestId: string,
  version: string,
  lines: readonly string[],
  memoryMb: number,
  facts: RunStatus,
): string {
  const initReport = initReportLine(facts);
  return [
    ...(initReport === undefined ? [] : [initReport]),
    startLine(requestId, version),
    ...lines,
    endLine(requestId),
    `${reportLine(requestId, memoryMb, facts)}\n`,
  ].join('\n');
}

export function startLine(requestId: string, version: string): string {
  return `START RequestId: ${requestId} Version: ${version}`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}`;
}

/** Ends in a tab. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
export function reportLine(requestId: string, memoryMb: number, facts: RunStatus): string {
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${facts.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(facts.durationMs + (facts.initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${facts.maxMemoryMb ?? 0} MB`,
    ...(facts.initMs === undefined ? [] : [`Init Duration: ${facts.initMs.toFixed(2)} ms`]),
    ...statusOf(facts),
  ];
  return `${fields.join('\t')}\t`;
}

/** Undefined unless the function could not be loaded. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
export function initReportLine(facts: RunStatus): string | undefined {
  if (facts.status === 'succeeded' || facts.failure !== 'init') return undefined;
  const duration = (facts.initMs ?? facts.durationMs).toFixed(2);
  const status = facts.errorType === 'Sandbox.Timedout' ? ['Status: timeout'] : statusOf(facts);
  return [`INIT_REPORT Init Duration: ${duration} ms`, 'Phase: init', ...status].join('\t');
}

/** What the function throws is no status: only what happens to its environment. */
function statusOf({ status, failure, errorType }: RunStatus): string[] {
  if (status === 'succeeded') return [];
  if (failure === 'timeout') return ['Status: timeout'];
  if (failure !== 'exit' && failure !== 'memory' && failure !== 'init') return [];
  return ['Status: error', `Error Type: ${errorType ?? 'Unknown'}`];
}

/** `X-Amz-Log-Result`: the end of the log in base64. */
export function logTail(log: string): string {
  const bytes = Buffer.from(log);
  return bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)).toString('base64');
}
