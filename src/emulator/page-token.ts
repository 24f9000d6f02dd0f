/** Where a page of a listing ended: a text without meaning to who asks for the next one. */
export function pageToken(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** What `pageToken` was given, to be checked as everything from strangers; undefined for what it did not make. */
export function positionOfToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    // What is no JSON is as wrong as what is another listing's.
    return undefined;
  }
}

/** So many items of a sorted list behind a position, and where the next page goes on. */
export function pageAfter<T>(
  all: readonly T[],
  {
    after,
    size,
    keyOf,
  }: { readonly after: string; readonly size: number; readonly keyOf: (item: T) => string },
): { readonly items: readonly T[]; readonly next: { readonly NextToken?: string } } {
  const rest = all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return rest.length > size && last !== undefined
    ? { items, next: { NextToken: pageToken(keyOf(last)) } }
    : { items, next: {} };
}
