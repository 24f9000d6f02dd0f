import { constraintViolation, violationsText } from '../constraint-violation.ts';
import { AwsError } from '../http/aws-error.ts';

type Input = Readonly<Record<string, unknown>>;

type TextConstraint = { readonly max: number; readonly pattern?: RegExp };

type IntegerConstraint = { readonly min: number; readonly max: number };

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const GROUP_NAME: TextConstraint = { max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ };
export const STREAM_NAME: TextConstraint = { max: 512, pattern: /^[^:*]+$/ };
export const EPOCH_MS: IntegerConstraint = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** 400 in the words of the service. */
export function invalidParameter(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterException', { message });
}

/** How the service words a value that its model does not allow. */
export function constraintError(name: string, value: unknown, constraint: string): AwsError {
  return invalidParameter(violationsText([constraintViolation(name, value, constraint)]));
}

/** @throws AwsError 400 where it is absent, no text, or does not fit. */
export function requiredText(input: Input, name: string, constraint: TextConstraint): string {
  const text = optionalText(input, name, constraint);
  if (text === undefined) throw constraintError(name, undefined, 'Member must not be null');
  return text;
}

export function optionalText(
  input: Input,
  name: string,
  { max, pattern }: TextConstraint,
): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw unreadable(name, 'a string');
  if (value.length > max) {
    throw constraintError(name, value, `Member must have length less than or equal to ${max}`);
  }
  if (pattern !== undefined && value === '') {
    throw constraintError(name, value, 'Member must have length greater than or equal to 1');
  }
  if (pattern !== undefined && !pattern.test(value)) {
    const shown = pattern.source.slice(1, -1);
    throw constraintError(name, value, `Member must satisfy regular expression pattern: ${shown}`);
  }
  return value;
}

export function optionalInteger(
  input: Input,
  name: string,
  { min, max }: IntegerConstraint,
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw unreadable(name, 'an integer');
  if (value < min)
    throw constraintError(name, value, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw constraintError(name, value, `Member must have value less than or equal to ${max}`);
  return value;
}

export function optionalFlag(input: Input, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw unreadable(name, 'a boolean');
  return value;
}

export function optionalTexts(input: Input, name: string, maxCount: number): readonly string[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw unreadable(name, 'a list of strings');
  }
  if (value.length === 0 || value.length > maxCount) {
    const bound = value.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${maxCount}`;
    throw constraintError(name, value.join(', '), `Member must have length ${bound}`);
  }
  return value;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html: at most 50. */
export function optionalTags(input: Input, name: string): Readonly<Record<string, string>> | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw unreadable(name, 'a map');
  const tags = Object.entries(value).map(([key, text]) => {
    if (typeof text !== 'string') throw unreadable(`${name}.${key}`, 'a string');
    if (key === '' || key.length > 128) {
      throw constraintError(`${name}.key`, key, 'Member must have length between 1 and 128');
    }
    if (text.length > 256) {
      throw constraintError(`${name}.value`, text, 'Member must have length less than or equal to 256');
    }
    return [key, text] as const;
  });
  if (tags.length > 50) throw new AwsError(400, 'TooManyTagsException', { message: 'At most 50 tags.' });
  return Object.fromEntries(tags);
}

/** A member of another type than the model says. */
export function unreadable(name: string, expected: string): AwsError {
  return new AwsError(400, 'SerializationException', { message: `${name} is expected to be ${expected}` });
}
