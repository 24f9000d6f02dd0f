import { format as formatMessage } from 'node:util';
import { errorBody } from './error-body.ts';

/** Lambda's levels; `console` has a method for each. */
export const LOG_LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 } as const;

export type LogLevel = keyof typeof LOG_LEVELS;

export type LogSettings = {
  /** AWS_LAMBDA_LOG_FORMAT */
  readonly format: 'JSON' | 'Text';
  /** AWS_LAMBDA_LOG_LEVEL: what is below it is not printed. */
  readonly level: LogLevel;
};

export type LogRecord = {
  readonly at: Date;
  readonly requestId: string | undefined;
  readonly tenantId?: string | undefined;
  readonly level: LogLevel;
  /** The arguments of the `console` method. */
  readonly parameters: readonly unknown[];
};

export function logSettings(environment: NodeJS.ProcessEnv): LogSettings {
  const level = environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? '';
  return {
    format: environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON' ? 'JSON' : 'Text',
    level: isLogLevel(level) ? level : 'TRACE',
  };
}

/**
 * One record as CloudWatch shows it: `<ISO>\t<requestId>\t<LEVEL>\t<message>`. Line ends stay as they are: the
 * managed runtimes print in frames, too, and only a runtime that prints to stdout has to write them as `\r`.
 */
export function textRecord({ at, requestId, level, parameters }: LogRecord): string {
  return `${at.toISOString()}\t${requestId}\t${level}\t${formatMessage(...parameters)}`;
}

/** One record as a line of JSON; an Error becomes `errorType`, `errorMessage`, `stackTrace`. */
export function jsonRecord({ at, requestId, tenantId, level, parameters }: LogRecord): string {
  const record: Record<string, unknown> = { timestamp: at.toISOString(), level, requestId };
  if (tenantId) record.tenantId = tenantId;
  if (parameters.length === 1) {
    const [message] = parameters;
    try {
      return JSON.stringify({ ...record, message }, errorAsObject);
    } catch {
      // A circle or a BigInt: Lambda prints what `util.format` makes of it.
      return JSON.stringify({ ...record, message: formatMessage(message) });
    }
  }
  record.message = formatMessage(...parameters);
  const error = parameters.find((parameter) => parameter instanceof Error);
  if (error) {
    record.errorType = error.constructor?.name ?? 'UnknownError';
    record.errorMessage = error.message;
    record.stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  }
  return JSON.stringify(record);
}

/**
 * How the runtime itself prints a failure, `Invoke Error` for example: the parameters for `console.error`.
 */
export function failureParameters(title: string, error: unknown, settings: LogSettings): readonly unknown[] {
  const shown = error instanceof Error ? error : new Error(asText(error));
  if (settings.format === 'JSON') return [shown];
  try {
    return [title, `\t${JSON.stringify(shown, errorWithFields)}`];
  } catch {
    // Fields of the error that JSON cannot hold, or that cannot be read.
    return [title, `\t${JSON.stringify(errorBody(shown))}`];
  }
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    // An object without a usable toString: what it is has to do.
    return typeof value;
  }
}

function errorAsObject(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const stackTrace = typeof value.stack === 'string' ? value.stack.split('\n') : value.stack;
  const errorType = value.constructor?.name ?? 'UnknownError';
  return { errorType, errorMessage: value.message, stackTrace, ...value };
}

function errorWithFields(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = 'code' in value ? value.code : undefined;
  const fields = { errorType: value.name, errorMessage: value.message, code, ...value };
  return typeof value.stack === 'string' ? { ...fields, stack: value.stack.split('\n') } : fields;
}

function isLogLevel(text: string): text is LogLevel {
  return Object.hasOwn(LOG_LEVELS, text);
}
