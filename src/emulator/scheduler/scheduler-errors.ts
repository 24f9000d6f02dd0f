import { AwsError } from '../http/aws-error.ts';

/** 404: of a schedule or a group, as AWS calls it. */
export function notFound(what: string): AwsError {
  return new AwsError(404, 'ResourceNotFoundException', { Message: `${what} does not exist.` });
}

/** 409 */
export function conflict(what: string): AwsError {
  return new AwsError(409, 'ConflictException', { Message: `${what} already exists.` });
}

/** 400: well-formed, and not possible. */
export function invalid(Message: string, cause?: unknown): AwsError {
  return new AwsError(400, 'ValidationException', { Message }, {}, { cause });
}
