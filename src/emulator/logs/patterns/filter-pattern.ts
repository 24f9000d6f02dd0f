import { parseColumnPattern } from './column-pattern.ts';
import { parseJsonPattern } from './json-pattern.ts';
import { parseTermPattern } from './term-pattern.ts';

/**
 * Filter patterns of CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms, `{ $.level = "error" }` for JSON, or `[ip, user, status = 4*]` for lines of words.
 *
 * @throws AwsError 400 InvalidParameterException
 */
export function parseFilterPattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) return parseColumnPattern(text);
  return parseTermPattern(text);
}
