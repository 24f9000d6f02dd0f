import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { amzDate, parseQuery, type SignedParts, sha256, signature } from '../../signature/signature-v4.ts';
import { SignatureError, wrongSignature } from './signature-error.ts';
import { headerValue, type IncomingRequest, type SignedRequest } from './signed-request.ts';

const SKEW_MINUTES = 15;
const SKEW_MS = SKEW_MINUTES * 60_000;

/**
 * Whether the holder of a secret key made this request, a short while ago, and whether it is as he made it.
 *
 * @throws SignatureError `signature`, or `incomplete` where the host is not signed.
 */
export function verifySignature(
  request: IncomingRequest,
  signed: SignedRequest,
  { signingKey, now }: { readonly signingKey: KeyObject; readonly now: Date },
): void {
  verifyTime(signed, now);
  if (!signed.signedHeaders.includes('host')) {
    throw new SignatureError(
      'signature',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  verifyAmzHeaders(request, signed);
  const found = Buffer.from(signed.signature);
  const matches = candidates(request, signed).some((parts) => {
    const expected = Buffer.from(signature(signingKey, signed.time, signed.scope, parts));
    return expected.length === found.length && timingSafeEqual(expected, found);
  });
  if (!matches) throw wrongSignature();
}

function verifyTime({ time, scope, expiresSeconds }: SignedRequest, now: Date): void {
  if (!time.startsWith(scope.day)) {
    throw new SignatureError(
      'signature',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.day}' != '${time.slice(0, 8)}', from '${time}'.`,
    );
  }
  const made = epochMs(time);
  const lifeMs = expiresSeconds === undefined ? SKEW_MS : expiresSeconds * 1000;
  const earliest = now.getTime() - lifeMs;
  const latest = now.getTime() + SKEW_MS;
  if (made > latest) {
    throw new SignatureError(
      'signature',
      `Signature not yet current: ${time} is still later than ${amzDate(new Date(latest))} (${amzDate(now)} + ${SKEW_MINUTES} min.)`,
    );
  }
  // NaN, of a day that does not exist, is not in time either.
  if (!(made >= earliest)) {
    throw new SignatureError(
      'signature',
      `Signature expired: ${time} is now earlier than ${amzDate(new Date(earliest))} (${amzDate(now)} - ${lifeMs / 60_000} min.)`,
    );
  }
}

/** Of `20261121T093000Z`; NaN of a day that does not exist. */
function epochMs(time: string): number {
  const day = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}`;
  return Date.parse(`${day}T${time.slice(9, 11)}:${time.slice(11, 13)}:${time.slice(13, 15)}Z`);
}

/** What these headers ask for, a qualifier's client context or a target, must be what the holder of the key asked for. */
function verifyAmzHeaders({ headers }: IncomingRequest, { signedHeaders }: SignedRequest): void {
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) {
      throw new SignatureError(
        'signature',
        `There were headers present in the request which were not signed: '${name.slice(0, 100)}'`,
      );
    }
  }
}

/** What the caller may have signed. */
function candidates(request: IncomingRequest, signed: SignedRequest): readonly SignedParts[] {
  const question = request.path.indexOf('?');
  const path = question < 0 ? request.path : request.path.slice(0, question);
  const query = question < 0 ? [] : parseQuery(request.path.slice(question + 1));
  const gateway = signed.scope.service === 'iotdevicegateway';
  const unsigned = new Set(signed.form === 'query' ? ['X-Amz-Signature'] : []);
  // IoT Core's WebSockets alone have the token outside of what is signed.
  if (gateway) unsigned.add('X-Amz-Security-Token');
  const headers = signed.signedHeaders.map((name) => [name, headerValue(request, name) ?? ''] as const);
  const parts: SignedParts = {
    method: request.method,
    path,
    query: query.filter(([name]) => !unsigned.has(name)),
    headers,
    payloadHash: payloadHash(request, signed),
  };
  if (!gateway) return [parts];
  // On AWS the gateway has port 443 and no port is signed; here it has another, which some clients sign.
  const withoutPort = headers.map(
    ([name, value]) => [name, name === 'host' ? value.replace(/:\d+$/, '') : value] as const,
  );
  return [{ ...parts, headers: withoutPort }, parts];
}

function payloadHash(request: IncomingRequest, { signedHeaders }: SignedRequest): string {
  const claimed = headerValue(request, 'x-amz-content-sha256');
  const unsigned = claimed === 'UNSIGNED-PAYLOAD' && signedHeaders.includes('x-amz-content-sha256');
  return unsigned ? claimed : sha256(request.body);
}
