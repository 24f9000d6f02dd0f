import { compileEventPattern, EventPatternError, type Matcher } from './event-pattern.ts';
import type { SqsRecord } from './sqs-record.ts';

type Filter = (record: SqsRecord) => boolean;

/**
 * Whether a message goes to the function: one of the patterns matches it, or there is none.
 *
 * @throws EventPatternError
 */
export function compileFilters(patterns: readonly string[]): Filter {
  if (patterns.length === 0) return () => true;
  const filters = patterns.map(compileFilter);
  return (record) => filters.some((matches) => matches(record));
}

/**
 * A pattern for the body that is an object needs a body that is JSON; one that is a list of rules needs a plain text.
 * What is of the other kind matches nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
function compileFilter(text: string): Filter {
  const pattern = parse(text);
  const matches: Matcher = compileEventPattern(pattern);
  const kind = bodyKind(pattern);
  if (kind === undefined) return matches;
  return (record) => {
    const parsed = parseBody(record.body);
    if (kind === 'json') return parsed !== undefined && matches({ ...record, body: parsed });
    return parsed === undefined && matches(record);
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventPatternError('expected the pattern to be JSON', { cause });
  }
}

/** What the pattern, or the first alternative of its `$or` that names the body, expects of it. */
function bodyKind(pattern: unknown): 'json' | 'text' | undefined {
  if (typeof pattern !== 'object' || pattern === null) return undefined;
  if ('body' in pattern) return Array.isArray(pattern.body) ? 'text' : 'json';
  const alternatives: readonly unknown[] = '$or' in pattern && Array.isArray(pattern.$or) ? pattern.$or : [];
  return alternatives.map(bodyKind).find((kind) => kind !== undefined);
}

/** Objects and lists: a body such as `42` is a text to those who send it. */
function parseBody(body: string): object | undefined {
  if (!/^\s*[[{]/.test(body)) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: a text.
    return undefined;
  }
}
