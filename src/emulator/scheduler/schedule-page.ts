import { Members } from '../lambda/functions/members.ts';
import { pageAfter, positionOfToken } from '../page-token.ts';
import { invalid } from './scheduler-errors.ts';

const MOST = 100;

/**
 * A page of a sorted list, as the query's `MaxResults` and `NextToken` have it.
 *
 * @throws AwsError 400 ValidationException
 */
export function schedulePage<T>(
  all: readonly T[],
  query: URLSearchParams,
  keyOf: (item: T) => string,
): ReturnType<typeof pageAfter<T>> {
  const wanted = query.get('MaxResults');
  const members = new Members({ MaxResults: wanted === null ? MOST : Number(wanted) });
  const size = members.integer('MaxResults', { min: 1, max: MOST }) ?? MOST;
  members.check();
  const token = query.get('NextToken');
  const after = token === null ? '' : positionOfToken(token);
  if (typeof after !== 'string') throw invalid('Invalid NextToken.');
  return pageAfter(all, { after, size, keyOf });
}
