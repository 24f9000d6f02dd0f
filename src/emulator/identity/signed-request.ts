import { ALGORITHM, amzDate, parseQuery, type SignatureScope } from '../../signature/signature-v4.ts';
import { SignatureError } from './signature-error.ts';

/** A request as it came. */
export type IncomingRequest = {
  readonly method: string;
  /** As on the wire, with the query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
};

/** What a signature says of itself: nothing of it is verified yet. */
export type SignedRequest = {
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: SignatureScope;
  /** `20261121T093000Z` */
  readonly time: string;
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** Of the query form. */
  readonly expiresSeconds: number | undefined;
};

/** Node.js bounds the head of a request at 16 KiB; this keeps to it whoever calls. */
const LONGEST = 16_384;
const CREDENTIAL = /^([\w-]{1,128})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,64})\/aws4_request$/;
const TIME = /^\d{8}T\d{6}Z$/;

/**
 * Reads the signature of a request, from the `Authorization` header or from the query.
 *
 * @returns undefined where there is none.
 * @throws SignatureError `incomplete`
 */
export function parseSignedRequest(request: IncomingRequest): SignedRequest | undefined {
  const authorization = headerValue(request, 'authorization');
  if (authorization !== undefined) return fromHeader(authorization, request);
  // Not every query is looked at in full: most requests have no signature there.
  return request.path.includes('X-Amz-Signature=') ? fromQuery(request.path) : undefined;
}

export function headerValue(request: IncomingRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

function fromHeader(authorization: string, request: IncomingRequest): SignedRequest {
  const fields = authorizationFields(authorization);
  const absent = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.has(name));
  const time = timeOf(request);
  if (absent.length > 0 || time === undefined) {
    const missing = absent.map((name) => `Authorization header requires '${name}' parameter.`);
    if (time === undefined) {
      missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    }
    // AWS repeats the header here; ours does not, for it is part of a secret.
    throw new SignatureError('incomplete', missing.join(' '));
  }
  return {
    form: 'header',
    ...parseCredential(fields.get('Credential') ?? ''),
    time,
    signedHeaders: (fields.get('SignedHeaders') ?? '').toLowerCase().split(';'),
    signature: fields.get('Signature') ?? '',
    sessionToken: headerValue(request, 'x-amz-security-token'),
    expiresSeconds: undefined,
  };
}

function authorizationFields(authorization: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (authorization.length > LONGEST || !authorization.startsWith(`${ALGORITHM} `)) return fields;
  for (const field of authorization.slice(ALGORITHM.length + 1).split(',')) {
    const equals = field.indexOf('=');
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  return fields;
}

function fromQuery(path: string): SignedRequest {
  const query = new Map(path.length <= LONGEST ? parseQuery(path.slice(path.indexOf('?') + 1)) : []);
  const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders'];
  const absent = required.filter((name) => !query.get(name));
  if (absent.length > 0 || query.get('X-Amz-Algorithm') !== ALGORITHM) {
    const missing = absent.map((name) => `AWS query-string parameters must include '${name}'.`);
    throw new SignatureError('incomplete', missing.join(' ') || `Unsupported AWS 'algorithm'.`);
  }
  const time = query.get('X-Amz-Date') ?? '';
  if (!TIME.test(time)) throw malformedDate();
  const expires = query.get('X-Amz-Expires');
  return {
    form: 'query',
    ...parseCredential(query.get('X-Amz-Credential') ?? ''),
    time,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').toLowerCase().split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresSeconds: expires === undefined ? undefined : expirySeconds(expires),
  };
}

function parseCredential(text: string): Pick<SignedRequest, 'accessKeyId' | 'scope'> {
  const [, accessKeyId, day, region, service] = CREDENTIAL.exec(text) ?? [];
  if (accessKeyId === undefined || day === undefined || region === undefined || service === undefined) {
    throw new SignatureError(
      'incomplete',
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  return { accessKeyId, scope: { day, region, service } };
}

function timeOf(request: IncomingRequest): string | undefined {
  const time = headerValue(request, 'x-amz-date');
  if (time !== undefined) {
    if (!TIME.test(time)) throw malformedDate();
    return time;
  }
  const date = new Date(headerValue(request, 'date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : amzDate(date);
}

/** At most a week. */
function expirySeconds(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= 604_800) return seconds;
  throw new SignatureError('incomplete', 'X-Amz-Expires must be between 1 and 604800 seconds');
}

function malformedDate(): SignatureError {
  return new SignatureError(
    'incomplete',
    "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601",
  );
}
