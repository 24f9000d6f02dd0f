import { AwsError } from '../emulator/http/aws-error.ts';
import { parseFilterPattern } from '../emulator/logs/patterns/filter-pattern.ts';
import { createStyle } from '../session/text-style.ts';
import type { TargetFlags } from './aws-target.ts';
import { onInterrupt } from './interrupt.ts';
import { followLog } from './logs/follow-log.ts';
import { filterError, type LogRecord, type LogSource } from './logs/log-source.ts';
import { logText } from './logs/log-text.ts';
import { openLogSource } from './logs/open-log-source.ts';
import { linesOfRequest } from './logs/request-lines.ts';

export type LogsFlags = TargetFlags & {
  readonly follow?: boolean;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly filter?: string;
  readonly requestId?: string;
  readonly json?: boolean;
};

/** Between two looks for new lines. */
const PAUSE_MS = 250;
/** FilterLogEvents has a quota for the whole account: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const AWS_PAUSE_MS = 2_000;

type Surroundings = {
  readonly stdout: { readonly isTTY?: boolean; readonly destroyed?: boolean; write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
};

/** `llx logs`: a client of FilterLogEvents, at an emulator or at AWS. Gives the exit code; rejects with LlxError. */
export async function runLogs(
  name: string,
  flags: LogsFlags,
  { stdout, stderr, env }: Surroundings = process,
): Promise<number> {
  const interrupt = onInterrupt();
  let source: LogSource | undefined;
  try {
    const wanted = wantedBy(flags);
    source = await openLogSource(name, flags, { env, signal: interrupt.signal });
    const { group, place } = source;
    const write = writerOf(flags, { stdout, env });
    const records = followLog(source, {
      pauseMs: flags.aws === true ? AWS_PAUSE_MS : PAUSE_MS,
      since: flags.since,
      follow: flags.follow === true,
      // Lines of one request are told by START and REPORT, which a filter would hide.
      filter: flags.requestId === undefined ? flags.filter : undefined,
      signal: interrupt.signal,
      onMissing: () => stderr.write(`Waiting for the first line of ${group} at ${place} …\n`),
    });
    for await (const record of records) {
      // `llx logs -f orders | head`: nobody reads any more.
      if (stdout.destroyed === true) break;
      if (wanted(record)) write(record);
    }
    return 0;
  } finally {
    source?.close();
    interrupt.dispose();
  }
}

function wantedBy({ requestId, filter }: LogsFlags): (record: LogRecord) => boolean {
  if (requestId === undefined) return () => true;
  const belongs = linesOfRequest(requestId);
  const matches = filter === undefined ? () => true : localFilter(filter);
  // Every record is looked at: START and REPORT tell where others belong.
  return (record) => belongs(record) && matches(record.message);
}

function localFilter(pattern: string): (message: string) => boolean {
  try {
    return parseFilterPattern(pattern);
  } catch (error) {
    throw error instanceof AwsError ? filterError(error) : error;
  }
}

function writerOf(
  { json }: LogsFlags,
  { stdout, env }: Pick<Surroundings, 'stdout' | 'env'>,
): (record: LogRecord) => void {
  if (json === true) {
    return ({ at, stream, message, eventId }) => {
      const line = { type: 'log', time: new Date(at).toISOString(), stream, message, eventId };
      stdout.write(`${JSON.stringify(line)}\n`);
    };
  }
  const style = createStyle(stdout.isTTY === true && env.NO_COLOR === undefined);
  return (record) => stdout.write(logText(record, style));
}
