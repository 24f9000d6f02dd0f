import { InvalidArgumentError } from 'commander';

/** Lambda's rule, without ARNs: a deployment makes functions in one account. */
export function functionName(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError(`Expected 1 to 64 of A-Z, a-z, 0-9, - and _, found "${text}".`);
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
export function aliasName(text: string): string {
  if (/^(?!\d+$)[\w-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError(
    `Expected 1 to 128 of A-Z, a-z, 0-9, - and _, not all digits, found "${text}".`,
  );
}

/** `$LATEST` is no version: it changes, and nothing could be rolled back to it. */
export function versionNumber(text: string): string {
  if (/^[1-9]\d{0,9}$/.test(text)) return text;
  throw new InvalidArgumentError(`Expected the number of a version, found "${text}".`);
}

/** `10` or `10%`; gives 0..1. */
export function percent(text: string): number {
  const value = Number(text.replace(/\s*%$/, ''));
  if (text !== '' && value >= 0 && value <= 100) return value / 100;
  throw new InvalidArgumentError(`Expected a percentage from 0 to 100, found "${text}".`);
}
