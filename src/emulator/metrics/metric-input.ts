import { AwsError } from '../http/aws-error.ts';
import { isObject } from '../json-object.ts';
import type { Dimension } from './metric-store.ts';

type Input = Readonly<Record<string, unknown>>;

export function invalidValue(message: string): AwsError {
  return metricError('InvalidParameterValueException', 'InvalidParameterValue', message);
}

export function invalidCombination(message: string): AwsError {
  return metricError('InvalidParameterCombinationException', 'InvalidParameterCombination', message);
}

export function missingParameter(name: string): AwsError {
  return metricError(
    'MissingRequiredParameterException',
    'MissingParameter',
    `The parameter ${name} is required.`,
  );
}

/** The service once spoke another protocol, whose codes boto3 still goes by: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
function metricError(type: string, queryCode: string, message: string): AwsError {
  return new AwsError(400, type, { message }, { 'x-amzn-query-error': `${queryCode};Sender` });
}

/** A member that is an object. @throws AwsError 400 */
export function structureOf(value: unknown, name: string): Input {
  if (isObject(value)) return value;
  throw invalidValue(`The parameter ${name} is expected to be a structure.`);
}

/** Absent: an empty one. */
export function listOf(input: Input, name: string, maxCount: number): readonly unknown[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidValue(`The parameter ${name} is expected to be a list.`);
  if (value.length > maxCount) {
    throw invalidValue(`The collection ${name} must not have a size greater than ${maxCount}.`);
  }
  return value;
}

export function optionalText(input: Input, name: string, maxLength = 1024): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidValue(`The parameter ${name} is expected to be a string.`);
  if (value.length > maxLength) {
    throw invalidValue(`The parameter ${name} must be shorter than ${maxLength + 1} characters.`);
  }
  return value;
}

export function requiredText(input: Input, name: string, maxLength?: number): string {
  const value = optionalText(input, name, maxLength);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

export function optionalNumber(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalidValue(`The parameter ${name} is expected to be a finite number.`);
  }
  return value;
}

/** Epoch seconds in requests; epoch milliseconds here. */
export function optionalTime(input: Input, name: string): number | undefined {
  const seconds = optionalNumber(input, name);
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

export function requiredTime(input: Input, name: string): number {
  const time = optionalTime(input, name);
  if (time === undefined) throw missingParameter(name);
  return time;
}

/** In milliseconds. Metrics are kept by the minute. */
export function requiredPeriod(input: Input): number {
  const seconds = optionalNumber(input, 'Period');
  if (seconds === undefined) throw missingParameter('Period');
  if (seconds > 0 && seconds % 60 === 0) return seconds * 1_000;
  throw invalidValue(
    'The parameter Period must be a multiple of 60: the emulator keeps metrics by the minute.',
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
export function dimensionsOf(input: Input): readonly Dimension[] {
  return listOf(input, 'Dimensions', 30).map((value) => {
    const dimension = structureOf(value, 'Dimensions.member');
    return { name: requiredText(dimension, 'Name', 255), value: requiredText(dimension, 'Value', 1024) };
  });
}
