import type { InvocationResult } from '../../../runtime/invocation.ts';
import type { AwsError } from '../../http/aws-error.ts';
import type { GivenUp } from './async-decision.ts';
import type { QueueMessage } from './queue-sender.ts';

/** An asynchronous invocation that has ended. */
export type EndedEvent = {
  readonly requestId: string;
  /** With a qualifier, `$LATEST` where the caller named none. */
  readonly functionArn: string;
  /** JSON, UTF-8. */
  readonly event: Uint8Array;
  readonly attempts: number;
  readonly condition: 'Success' | GivenUp;
  /** Of the last try, where the function ran. */
  readonly result?: InvocationResult;
  readonly executedVersion?: string;
  /** Where Lambda would not run it. */
  readonly refusal?: AwsError;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html; as recordings of real AWS have it. */
export function destinationRecord(ended: EndedEvent, at: number): string {
  const { result, executedVersion } = ended;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(at).toISOString(),
    requestContext: {
      requestId: ended.requestId,
      functionArn: ended.functionArn,
      condition: ended.condition,
      approximateInvokeCount: ended.attempts,
    },
    requestPayload: parse(ended.event),
    ...(result === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion,
            ...(result.status === 'failed' ? { functionError: 'Unhandled' } : {}),
          },
          responsePayload: parse(result.payload),
        }),
  });
}

/** Lambda sends no more of an error's text: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const ERROR_MESSAGE_BYTES = 1024;

/** What a dead-letter queue gets: the event, and in attributes why it is there. */
export function deadLetter(ended: EndedEvent): QueueMessage {
  const { code, text } = errorOf(ended);
  return {
    body: Buffer.from(ended.event).toString('utf8'),
    attributes: {
      RequestID: { DataType: 'String', StringValue: ended.requestId },
      ErrorCode: { DataType: 'Number', StringValue: String(code) },
      // An attribute without a value is refused.
      ...(text === '' ? {} : { ErrorMessage: { DataType: 'String', StringValue: text } }),
    },
  };
}

function errorOf({ result, refusal }: EndedEvent): { readonly code: number; readonly text: string } {
  if (result !== undefined) return { code: 200, text: errorMessageOf(result) };
  if (refusal === undefined) return { code: 429, text: 'Rate Exceeded.' };
  return { code: refusal.statusCode, text: String(refusal.body.Message ?? refusal.body.message ?? '') };
}

function errorMessageOf({ payload }: InvocationResult): string {
  const error = parse(payload);
  const text =
    typeof error === 'object' && error !== null && 'errorMessage' in error ? error.errorMessage : '';
  // A letter that is cut in two is left out.
  return Buffer.from(String(text))
    .subarray(0, ERROR_MESSAGE_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

/** What a streaming handler answers need not be JSON; it is then a text. */
function parse(payload: Uint8Array): unknown {
  const text = Buffer.from(payload).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
