import { AwsError } from '../http/aws-error.ts';

/** What SDKs of the older query protocol knew an error by, and newer ones still show; else it is the type itself. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

const STATUS: Readonly<Record<string, number>> = {
  OverLimit: 403,
  PurgeQueueInProgress: 403,
  ReceiptHandleIsInvalid: 404,
  ResourceNotFoundException: 404,
};

/** Errors of the API's framework rather than of SQS's model stand in a namespace of their own. */
const FRAMEWORK: ReadonlySet<string> = new Set([
  'InvalidParameterValueException',
  'MissingRequiredParameterException',
]);
const FRAMEWORK_CODES: Readonly<Record<string, string>> = {
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
};

/** The code that a batch gives for an entry that failed. */
export function queryCode(error: AwsError): string {
  return QUERY_CODES[error.type] ?? FRAMEWORK_CODES[error.type] ?? error.type;
}

/**
 * An error answer of SQS: clients of the JSON protocol read `__type`, and both AWS SDKs and boto3 show the code in
 * `x-amzn-query-error`. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
 */
export function sqsError(type: string, message: string): AwsError {
  const code = QUERY_CODES[type] ?? FRAMEWORK_CODES[type] ?? type;
  return new AwsError(
    STATUS[type] ?? 400,
    type,
    {
      __type: `${FRAMEWORK.has(type) ? 'com.amazon.coral.service' : 'com.amazonaws.sqs'}#${type}`,
      message,
    },
    { 'x-amzn-query-error': `${code};Sender` },
  );
}

export function invalidParameter(message: string): AwsError {
  return sqsError('InvalidParameterValueException', message);
}

export function missingParameter(name: string): AwsError {
  return sqsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

export function queueDoesNotExist(): AwsError {
  return sqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}
