import type { RunStatus } from './log-tail.ts';

/** `LoggingConfig.SystemLogLevel` */
export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN';

const RANK: { readonly [level in SystemLogLevel]: number } = { DEBUG: 0, INFO: 1, WARN: 2 };

/** What Lambda says of one invocation, in JSON: of which, at which level it is asked for, and when (epoch ms). */
export type PlatformLog = { readonly requestId: string; readonly level: SystemLogLevel; readonly at: number };

/**
 * Lambda's own lines in a log of `LogFormat: JSON`, in place of START, END and REPORT, each with the level that AWS gives
 * it: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html#monitoring-cloudwatchlogs-log-level-mapping
 * The records are those of https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export function platformStart(log: PlatformLog, version: string): readonly string[] {
  return event(log, 'INFO', 'platform.start', { requestId: log.requestId, version });
}

/** Of what follows the function's own lines. */
export function platformEnd(log: PlatformLog, memorySizeMB: number, facts: RunStatus): readonly string[] {
  const { requestId } = log;
  const { durationMs, initMs, maxMemoryMb = 0 } = facts;
  const outcome = outcomeOf(facts);
  const isSuccess = outcome.status === 'success';
  const init = facts.status === 'failed' && facts.failure === 'init';
  return [
    ...(init
      ? event(log, 'WARN', 'platform.initReport', {
          initializationType: 'on-demand',
          phase: 'init',
          metrics: { durationMs: rounded(initMs ?? durationMs) },
          ...outcome,
        })
      : []),
    ...event(log, isSuccess ? 'DEBUG' : 'WARN', 'platform.runtimeDone', {
      requestId,
      metrics: { durationMs: rounded(durationMs) },
      ...outcome,
    }),
    ...event(log, isSuccess ? 'INFO' : 'WARN', 'platform.report', {
      requestId,
      metrics: {
        durationMs: rounded(durationMs),
        billedDurationMs: Math.ceil(durationMs + (initMs ?? 0)),
        memorySizeMB,
        maxMemoryUsedMB: maxMemoryMb,
        ...(initMs === undefined ? {} : { initDurationMs: rounded(initMs) }),
      },
      ...outcome,
    }),
  ];
}

function event({ level, at }: PlatformLog, own: SystemLogLevel, type: string, record: object): string[] {
  if (RANK[own] < RANK[level]) return [];
  return [JSON.stringify({ time: new Date(at).toISOString(), type, record })];
}

/** What the function throws is its own: only what happens to its environment has a type. */
function outcomeOf({ status, failure, errorType }: RunStatus): object & { readonly status: string } {
  if (status === 'succeeded') return { status: 'success' };
  if (failure === 'timeout' || errorType === 'Sandbox.Timedout') return { status: 'timeout' };
  const isEnvironments = failure === 'exit' || failure === 'memory' || failure === 'init';
  return { status: 'error', ...(isEnvironments ? { errorType: errorType ?? 'Unknown' } : {}) };
}

/** As many digits as REPORT has. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
