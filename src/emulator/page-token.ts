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
