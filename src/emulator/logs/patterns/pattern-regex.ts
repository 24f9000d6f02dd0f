import { patternError } from './pattern-error.ts';

/**
 * What may stand between two `%`: neither groups nor braces, so one repetition cannot hold another.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions
 */
const ALLOWED = /^(?:[\w :_#=@/;,\-^$.?*+|[\]]|\\[dDsSwW]|\\[^\w\s]|\\x[\dA-Fa-f]{2})+$/;

export function parsePatternRegex(source: string): RegExp {
  if (!ALLOWED.test(source)) throw patternError(`unsupported regular expression %${source.slice(0, 100)}%`);
  try {
    return new RegExp(source);
  } catch (cause) {
    throw patternError(cause instanceof Error ? cause.message : source);
  }
}
