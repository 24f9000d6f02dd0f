import { linearRegex } from './linear-regex.ts';
import { patternError } from './pattern-error.ts';

/**
 * What may stand between two `%`: neither groups nor braces.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions
 */
const ALLOWED = /^(?:[\w :_#=@/;,\-^$.?*+|[\]]|\\[dDsSwW]|\\[^\w\s]|\\x[\dA-Fa-f]{2})+$/;

export type PatternRegex = { readonly test: (text: string) => boolean };

export function parsePatternRegex(source: string): PatternRegex {
  if (!ALLOWED.test(source)) throw patternError(`unsupported regular expression %${source.slice(0, 100)}%`);
  try {
    return { test: linearRegex(source) };
  } catch (cause) {
    throw patternError(cause instanceof Error ? cause.message : source);
  }
}
