import { createHmac, hash, type KeyObject } from 'node:crypto';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** For which day, region and service a signing key is good. */
export type SignatureScope = {
  /** `20261121` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
};

/** A request as it is signed: what a proxy may change on the way is not in it. */
export type SignedParts = {
  readonly method: string;
  /** As on the wire: percent-encoded once, without the query. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [string, string])[];
  /** Those that are signed, by lower-case name. */
  readonly headers: readonly (readonly [string, string])[];
  /** SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
};

/** `20261121T093000Z` */
export function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** `20261121/us-east-1/lambda/aws4_request` */
export function credentialScope({ day, region, service }: SignatureScope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

/** Percent-encodes all but the unreserved characters of RFC 3986, which `encodeURIComponent` does not. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The path is normalized and encoded once more than on the wire; S3 alone signs it as it is. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(uriEncode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: SignedParts['query']): string {
  return query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map((pair) => pair.join('='))
    .join('&');
}

function canonicalRequest(parts: SignedParts, service: string): string {
  const headers = parts.headers
    .map(([name, value]) => [name, value.trim().replace(/\s+/g, ' ')] as const)
    .sort(([name], [other]) => compare(name, other));
  return [
    parts.method,
    canonicalPath(parts.path, service),
    canonicalQuery(parts.query),
    ...headers.map((pair) => pair.join(':')),
    '',
    signedHeaders(parts.headers),
    parts.payloadHash,
  ].join('\n');
}

/** `content-type;host;x-amz-date` */
export function signedHeaders(headers: SignedParts['headers']): string {
  return headers
    .map(([name]) => name)
    .sort(compare)
    .join(';');
}

/** Depends on the secret and the scope alone, so a key serves all requests of a day. */
export function signingKey(secretAccessKey: string, { day, region, service }: SignatureScope): Buffer {
  let key: string | Buffer = `AWS4${secretAccessKey}`;
  for (const part of [day, region, service]) key = hmac(key, part);
  return hmac(key, 'aws4_request');
}

/**
 * @param time as in `x-amz-date`.
 * @returns hex.
 */
export function signature(
  key: Buffer | KeyObject,
  time: string,
  scope: SignatureScope,
  parts: SignedParts,
): string {
  const request = sha256(canonicalRequest(parts, scope.service));
  return hmac(key, [ALGORITHM, time, credentialScope(scope), request].join('\n')).toString('hex');
}

/** Pairs of a raw query string; `+` is itself, as AWS signs it. A broken escape stays as it is written. */
export function parseQuery(query: string): SignedParts['query'] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? ([decode(pair), ''] as const)
        : ([decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))] as const);
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Such a request has no valid signature; to say so is the verifier's task.
    return text;
  }
}

function hmac(key: string | Buffer | KeyObject, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** By code unit: `localeCompare` would put `_` and capitals elsewhere. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
