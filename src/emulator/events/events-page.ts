import { Members } from '../lambda/functions/members.ts';
import { pageAfter, positionOfToken } from '../page-token.ts';
import { invalid } from './events-errors.ts';

const MOST = 100;

/**
 * A page of a sorted list, as the request's `Limit` and `NextToken` have it.
 *
 * @throws AwsError 400 ValidationException
 */
export function eventsPage<T>(
  all: readonly T[],
  input: Readonly<Record<string, unknown>>,
  keyOf: (item: T) => string,
): ReturnType<typeof pageAfter<T>> {
  const members = new Members(input);
  const size = members.integer('Limit', { min: 1, max: MOST }) ?? MOST;
  const token = members.text('NextToken', { min: 1, max: 2048 });
  members.check();
  const after = token === undefined ? '' : positionOfToken(token);
  if (typeof after !== 'string') throw invalid('Parameter NextToken is not valid.');
  return pageAfter(all, { after, size, keyOf });
}
