import type { LogRecord } from './log-source.ts';

const START = /^START RequestId: (\S+)/;
const REPORT = /^REPORT RequestId: (\S+)/;

/**
 * Tells which records belong to one invocation: those that name its request id, and those that its environment wrote
 * while it ran there and name no other that ran beside it.
 */
export function linesOfRequest(requestId: string): (record: LogRecord) => boolean {
  const runningByStream = new Map<string, Set<string>>();
  return ({ stream, message }) => {
    const running = runningByStream.get(stream) ?? new Set();
    runningByStream.set(stream, running);
    const started = START.exec(message)?.[1];
    if (started !== undefined) running.add(started);
    const named = message.includes(requestId);
    const isOfAnother = !named && [...running].some((one) => one !== requestId && message.includes(one));
    const belongs = named || (running.has(requestId) && !isOfAnother);
    const ended = REPORT.exec(message)?.[1];
    if (ended !== undefined) running.delete(ended);
    return belongs;
  };
}
