import { asRecord } from './function-resource.ts';

/** How long the values of CloudFormation are, where that is known before a deployment. */
const PSEUDO_PARAMETERS: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 3,
  'AWS::Region': 14,
  'AWS::URLSuffix': 13,
  'AWS::NoValue': 0,
};

/** A physical name, and an ARN or a host: what they mostly are. */
const NAME = 40;
const ATTRIBUTE = 80;

/** How long a resolved value of a template will be as text, in characters. @param unknown how long a value of a resource is. */
export function estimatedLength(value: unknown, unknown: 'guessed' | 'left-out' = 'guessed'): number {
  if (typeof value === 'string') return value.length;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(asRecord(value));
  const guess = (length: number): number => (unknown === 'guessed' ? length : 0);
  if (intrinsic === 'Ref') return PSEUDO_PARAMETERS[String(argument)] ?? guess(NAME);
  if (intrinsic !== 'Fn::Join' || !Array.isArray(argument)) return guess(ATTRIBUTE);
  const [separator, parts]: unknown[] = argument;
  if (!Array.isArray(parts)) return guess(ATTRIBUTE);
  const lengths = parts.map((part) => estimatedLength(part, unknown));
  return (
    lengths.reduce((sum, length) => sum + length, 0) +
    String(separator).length * Math.max(parts.length - 1, 0)
  );
}

/** The same as JSON without white space, which IAM does not count. */
export function estimatedJsonLength(value: unknown, unknown: 'guessed' | 'left-out' = 'guessed'): number {
  return JSON.stringify(plain(value, unknown))?.length ?? 0;
}

/** Intrinsic functions become strings of their length. */
function plain(value: unknown, unknown: 'guessed' | 'left-out'): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, unknown));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name] = ['']] = entries;
  if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
    return 'x'.repeat(estimatedLength(value, unknown));
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, plain(each, unknown)]));
}
