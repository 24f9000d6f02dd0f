import type { AnswerMeta, InvocationId, MessageToStub } from '../protocol/message.ts';
import type { InvocationResult } from '../runtime/invocation.ts';
import type { LogTail } from './log-tail.ts';

/** The lines that travel with an answer, and how many do not. */
export type AnswerLogs = Pick<LogTail, 'lines' | 'leftOut'>;

const NOTHING = new Uint8Array();

/** How a result is told to the stub: by itself, or as the end of the stream that it was sent in before. */
export function answerMessage(
  id: InvocationId,
  result: InvocationResult,
  logs: AnswerLogs,
  chunks: number,
): MessageToStub {
  const meta: AnswerMeta = {
    durationMs: result.durationMs,
    ...(result.initMs === undefined ? {} : { initMs: result.initMs }),
    ...(result.maxMemoryMb === undefined ? {} : { maxMemoryMb: result.maxMemoryMb }),
    logs: logs.lines,
    ...(logs.leftOut === 0 ? {} : { logsLeftOut: logs.leftOut }),
  };
  const failed = result.status === 'failed';
  if (chunks > 0 || (!failed && result.streamed)) {
    return { kind: 'end', id, meta: { ...meta, failed }, payload: failed ? result.payload : NOTHING };
  }
  return { kind: failed ? 'error' : 'result', id, meta, payload: result.payload };
}
