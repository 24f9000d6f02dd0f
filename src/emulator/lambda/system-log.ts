import type { InvocationResult } from '../../runtime/invocation.ts';
import type { ResolvedFunction } from './function-registry.ts';
import { endLine, executionLog, initReportLine, reportLine, startLine } from './log-tail.ts';
import { platformEnd, platformStart } from './platform-log.ts';

type Invocation = { readonly resolved: ResolvedFunction; readonly requestId: string };

/** What Lambda writes before the lines of a function. @param at epoch milliseconds */
export function startLines({ resolved, requestId }: Invocation, at: number): readonly string[] {
  const level = resolved.deployed.systemLogLevel;
  if (level === undefined) return [startLine(requestId, resolved.version)];
  return platformStart({ requestId, level, at }, resolved.version);
}

/** What Lambda writes after them. @param at epoch milliseconds */
export function endLines(
  { resolved, requestId }: Invocation,
  result: InvocationResult,
  at: number,
): readonly string[] {
  const { systemLogLevel: level, spec } = resolved.deployed;
  if (level !== undefined) return platformEnd({ requestId, level, at }, spec.memoryMb, result);
  const initReport = initReportLine(result);
  const lines = [endLine(requestId), reportLine(requestId, spec.memoryMb, result)];
  return initReport === undefined ? lines : [initReport, ...lines];
}

/** The whole log of one invocation. */
export function wholeLog(
  invocation: Invocation,
  lines: readonly string[],
  result: InvocationResult,
  { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
): string {
  const { resolved, requestId } = invocation;
  const { systemLogLevel, spec } = resolved.deployed;
  if (systemLogLevel === undefined) {
    return executionLog(requestId, resolved.version, lines, spec.memoryMb, result);
  }
  const all = [...startLines(invocation, startedAt), ...lines, ...endLines(invocation, result, endedAt)];
  return all.map((line) => `${line}\n`).join('');
}
