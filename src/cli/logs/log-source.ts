import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LlxError } from '../../errors/llx-error.ts';
import { type Asked, explainAwsFailure } from '../live/aws-failure.ts';

export type LogRecord = {
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly stream: string;
  readonly message: string;
};

export type LogPage = {
  /** Oldest first. */
  readonly records: readonly LogRecord[];
  readonly nextToken: string | undefined;
};

/** A log group that can be read from some time on, page by page. */
export interface LogSource {
  readonly group: string;
  /** Where it is, for people: `http://127.0.0.1:4566`, `AWS (eu-west-1)`. */
  readonly place: string;
  /** Rejects with LlxError; LLX_FUNCTION_UNKNOWN where there is no such group. */
  read(query: {
    /** Epoch milliseconds. */
    readonly since: number;
    readonly filter?: string | undefined;
    readonly token?: string | undefined;
    readonly signal: AbortSignal;
  }): Promise<LogPage>;
  close(): void;
}

/** A log group of CloudWatch Logs, or of the emulator, which is the same to the client. */
export function logSource(options: {
  readonly client: CloudWatchLogsClient;
  readonly group: string;
  readonly place: string;
  readonly asked: Asked;
}): LogSource {
  const { client, group, place, asked } = options;
  return {
    group,
    place,
    async read({ since, filter, token, signal }) {
      const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      const command = new FilterLogEventsCommand({
        logGroupName: group,
        startTime: since,
        ...(filter === undefined ? {} : { filterPattern: filter }),
        ...(token === undefined ? {} : { nextToken: token }),
      });
      try {
        const { events = [], nextToken } = await client.send(command, { abortSignal: signal });
        const records = events.map(({ eventId = '', timestamp = 0, logStreamName = '', message = '' }) => ({
          eventId,
          at: timestamp,
          stream: logStreamName,
          message,
        }));
        return { records, nextToken };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw explain(error, { group, place, asked });
      }
    },
    close: () => client.destroy(),
  };
}

/** Of a pattern that CloudWatch Logs does not take. */
export function filterError(error: Error): LlxError {
  return new LlxError('LLX_USAGE', {
    message: `Expected a filter pattern of CloudWatch Logs after --filter, found: ${error.message}`,
    mend: `Some that work: --filter ERROR, --filter '"two words" -without', --filter '{ $.level = "error" }'`,
    cause: error,
  });
}

function explain(
  error: unknown,
  { group, place, asked }: { group: string; place: string; asked: Asked },
): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ResourceNotFoundException') {
    const isOfFunction = group.startsWith('/aws/lambda/');
    return new LlxError('LLX_FUNCTION_UNKNOWN', {
      message: `Expected a log group ${group} at ${place}, found none.`,
      mend: isOfFunction
        ? 'It is made when the function first runs: invoke it, or check its name. To wait for it: -f'
        : 'See which there are: aws logs describe-log-groups',
      cause: error,
    });
  }
  if (error.name === 'InvalidParameterException') {
    return filterError(error);
  }
  // The group's own ARN needs the account; in a policy a star does.
  const resource = `arn:aws:logs:*:*:log-group:${group}:*`;
  return explainAwsFailure(error, { action: 'logs:FilterLogEvents', resource }, asked);
}
