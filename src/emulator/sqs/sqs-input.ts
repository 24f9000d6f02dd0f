import { invalidParameter, missingParameter } from './sqs-error.ts';

/** Members of a request, or of an entry of one. */
export type Input = Readonly<Record<string, unknown>>;

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalidParameter(`Value for parameter ${name} is invalid. Reason: Must be a string.`);
}

/** @throws AwsError MissingParameter, also where it is empty */
export function requiredText(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

/** @throws AwsError InvalidParameterValue */
export function optionalInteger(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidParameter(
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
  );
}

/** @throws AwsError MissingParameter or InvalidParameterValue */
export function requiredInteger(input: Input, name: string, least: number, most: number): number {
  const value = optionalInteger(input, name, least, most);
  if (value === undefined) throw missingParameter(name);
  return value;
}

/** `[]` where it is missing. */
export function texts(input: Input, name: string): readonly string[] {
  const value: unknown = input[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalidParameter(`Value for parameter ${name} is invalid. Reason: Must be a list of strings.`);
}

/** `{}` where it is missing. */
export function textMap(input: Input, name: string): Readonly<Record<string, string>> {
  const value = input[name];
  if (value === undefined || value === null) return {};
  const entries = typeof value === 'object' ? Object.entries(value) : [['', undefined]];
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw invalidParameter(`Value for parameter ${name} is invalid. Reason: Must be a map of strings.`);
  }
  return Object.fromEntries(entries);
}
