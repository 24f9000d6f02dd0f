import { pageToken, positionOfToken } from '../../page-token.ts';
import { invalidParameter } from '../lambda-errors.ts';
import { Members } from './members.ts';

/** Lambda gives no more at once, whatever is asked for. */
const LONGEST_PAGE = 50;

/**
 * How many a caller wants of a list.
 *
 * @throws AwsError 400 ValidationException, or SerializationException where it is no number
 */
export function pageSize(query: URLSearchParams, most: number = 10_000): number {
  const text = query.get('MaxItems');
  if (text === null) return LONGEST_PAGE;
  const members = new Members({ MaxItems: Number(text) });
  const items = members.integer('MaxItems', { min: 1, max: most });
  members.check();
  return Math.min(items ?? LONGEST_PAGE, LONGEST_PAGE);
}

/**
 * @returns an empty list where there is no marker: the beginning
 * @throws AwsError 400 InvalidParameterValueException for one that this did not give
 */
export function readMarker(query: URLSearchParams): readonly (string | number)[] {
  const marker = query.get('Marker');
  if (marker === null || marker === '') return [];
  const position = positionOfToken(marker);
  if (Array.isArray(position) && position.every(isPlace)) return position;
  throw invalidParameter('Invalid Marker');
}

/**
 * One page of what was read with one more than its size, and the marker of the next one.
 *
 * @param read at most `size + 1`
 */
export function pageOf<T>(
  read: readonly T[],
  size: number,
  positionOf: (last: T) => readonly (string | number)[],
): { readonly items: readonly T[]; readonly next: { readonly NextMarker?: string } } {
  const items = read.slice(0, size);
  const last = items.at(-1);
  if (read.length <= size || last === undefined) return { items, next: {} };
  return { items, next: { NextMarker: pageToken(positionOf(last)) } };
}

function isPlace(value: unknown): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}
