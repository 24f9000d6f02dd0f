import { jsonRecord, LOG_LEVELS, type LogLevel, type LogSettings, textRecord } from './log-format.ts';

export type RecordWriter = (level: LogLevel, text: string) => void;

export type LoggedInvocation = {
  readonly requestId: string | undefined;
  readonly tenantId?: string | undefined;
};

/**
 * Replaces the printing methods of `console` by Lambda's: one record each, with time, request id and level.
 * The others (`table`, `dir`, `group` …) go through these or through `process.stdout`, as in Lambda.
 */
export function patchConsole(
  settings: LogSettings,
  current: () => LoggedInvocation,
  write: RecordWriter,
  target: object = console,
): void {
  const toText = settings.format === 'JSON' ? jsonRecord : textRecord;
  const method = (level: LogLevel): ((...parameters: unknown[]) => void) =>
    LOG_LEVELS[level] < LOG_LEVELS[settings.level]
      ? () => {}
      : (...parameters) => write(level, toText({ at: new Date(), ...current(), level, parameters }));
  const info = method('INFO');
  Object.assign(target, {
    trace: method('TRACE'),
    debug: method('DEBUG'),
    info,
    log: info,
    warn: method('WARN'),
    error: method('ERROR'),
    fatal: method('FATAL'),
  });
}
