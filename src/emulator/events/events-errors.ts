import { AwsError } from '../http/aws-error.ts';

/** 400: EventBridge says each of its errors so. */
export function eventsError(type: string, message: string, cause?: unknown): AwsError {
  return new AwsError(400, type, { message }, {}, { cause });
}

export function invalid(message: string, cause?: unknown): AwsError {
  return eventsError('ValidationException', message, cause);
}

export function notFound(what: string): AwsError {
  return eventsError('ResourceNotFoundException', `${what} does not exist.`);
}
