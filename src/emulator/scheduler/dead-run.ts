import { AwsError } from '../http/aws-error.ts';
import type { QueueMessage } from '../lambda/invocations/queue-sender.ts';
import type { Run } from './run-store.ts';
import { secondsIso } from './schedule-event.ts';
import type { ExhaustedCondition } from './timetable-entry.ts';

/** Message attributes of an SQS queue hold so much of a text at most, by our choice: the whole message has a limit. */
const LONGEST_TEXT = 1_000;

/**
 * What a run that nobody took leaves in the dead-letter queue.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html#configuring-schedule-dlq-dead-letter-event
 */
export function deadRun(
  body: string,
  failed: {
    readonly run: Run;
    readonly error: unknown;
    readonly condition: ExhaustedCondition;
    readonly scheduleArn: string;
    readonly targetArn: string;
  },
): QueueMessage {
  const { run, error, condition, scheduleArn, targetArn } = failed;
  const message = error instanceof Error ? error.message : String(error);
  const texts = {
    ERROR_CODE: error instanceof AwsError ? error.type : 'InternalError',
    ERROR_MESSAGE: message.slice(0, LONGEST_TEXT),
    EXECUTION_ID: run.executionId,
    EXHAUSTED_RETRY_CONDITION: condition,
    IS_PAYLOAD_TRUNCATED: 'false',
    // The first try is none.
    RETRY_ATTEMPTS: String(Math.max(0, run.attempts - 1)),
    SCHEDULED_TIME: secondsIso(run.scheduledAt),
    SCHEDULE_ARN: scheduleArn,
    TARGET_ARN: targetArn,
  };
  return {
    body,
    attributes: Object.fromEntries(
      Object.entries(texts).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    ),
  };
}
