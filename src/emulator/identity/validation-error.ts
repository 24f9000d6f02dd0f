import { AwsError } from '../http/aws-error.ts';

/** A parameter, or what it asks for, is not possible: the query protocol's name for it. */
export function validationError(message: string): AwsError {
  return new AwsError(400, 'ValidationError', { message });
}
