import { violationsText } from '../constraint-violation.ts';
import { AwsError } from '../http/aws-error.ts';

/** 400: a value that is well-formed and not possible. */
export function invalidParameter(message: string, cause?: unknown): AwsError {
  return new AwsError(400, 'InvalidParameterValueException', { Type: 'User', message }, {}, { cause });
}

/** 404, with the text that AWS has for the kind of resource. */
export function resourceNotFound(Message: string): AwsError {
  return new AwsError(404, 'ResourceNotFoundException', { Type: 'User', Message });
}

/** 409 */
export function resourceConflict(message: string): AwsError {
  return new AwsError(409, 'ResourceConflictException', { Type: 'User', message });
}

/** 412: somebody has changed the resource since the caller read it. */
export function revisionMismatch(operations: string): AwsError {
  return new AwsError(412, 'PreconditionFailedException', {
    Type: 'User',
    message: `The Revision Id provided does not match the latest Revision Id. Call the ${operations} API to retrieve the latest Revision Id`,
  });
}

/** 400: what does not fit an operation's model. */
export function validationFailed(...violations: readonly string[]): AwsError {
  return new AwsError(400, 'ValidationException', { message: violationsText(violations) });
}
