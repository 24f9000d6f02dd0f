import { createSecretKey, type KeyObject } from 'node:crypto';
import type { AwsCredentials } from './credentials.ts';
import {
  ALGORITHM,
  amzDate,
  credentialScope,
  parseQuery,
  type SignatureScope,
  sha256,
  signature,
  signedHeaders,
  signingKey,
} from './signature-v4.ts';

/** Headers that a client library or a proxy adds or changes on the way; AWS's own SDKs leave the same ones out. */
const UNSIGNABLE =
  /^(?:authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

/**
 * Signs a request to an AWS API by Signature Version 4.
 *
 * @param request.url with the query, percent-encoded as it will be sent.
 * @returns the headers to add: authorization, x-amz-date, x-amz-security-token, and x-amz-content-sha256 for S3.
 */
export function signRequest(request: {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now?: Date;
}): Record<string, string> {
  const { service, region, credentials, now = new Date() } = request;
  const url = new URL(request.url);
  const time = amzDate(now);
  const scope = { day: time.slice(0, 8), region, service };
  const added: Record<string, string> = { 'x-amz-date': time };
  if (credentials.sessionToken !== undefined) added['x-amz-security-token'] = credentials.sessionToken;
  if (service === 's3') added['x-amz-content-sha256'] = sha256(request.body ?? '');
  const headers = new Map([['host', url.host]]);
  for (const [name, value] of Object.entries({ ...request.headers, ...added })) {
    const lowerCase = name.toLowerCase();
    if (!UNSIGNABLE.test(lowerCase)) headers.set(lowerCase, value);
  }
  const signed = signature(keyOf(credentials, scope), time, scope, {
    method: request.method,
    path: url.pathname,
    query: parseQuery(url.search.slice(1)),
    headers: [...headers],
    // A caller that gives it has his reason: `UNSIGNED-PAYLOAD`.
    payloadHash: headers.get('x-amz-content-sha256') ?? sha256(request.body ?? ''),
  });
  const credential = `${credentials.accessKeyId}/${credentialScope(scope)}`;
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders([...headers])}, Signature=${signed}`,
  };
}

/** The last one of each credentials: four HMACs of bytes are most of what a signature costs. */
const lastKeys = new WeakMap<AwsCredentials, { readonly scope: string; readonly key: KeyObject }>();

function keyOf(credentials: AwsCredentials, scope: SignatureScope): KeyObject {
  const name = credentialScope(scope);
  const last = lastKeys.get(credentials);
  if (last?.scope === name) return last.key;
  const key = createSecretKey(signingKey(credentials.secretAccessKey, scope));
  lastKeys.set(credentials, { scope: name, key });
  return key;
}
