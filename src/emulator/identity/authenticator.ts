import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { signingKey } from '../../signature/signature-v4.ts';
import type { AccessKeys } from './access-keys.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Principal } from './principal.ts';
import { expiredToken, missingToken, SignatureError, unknownToken } from './signature-error.ts';
import { type IncomingRequest, parseSignedRequest, type SignedRequest } from './signed-request.ts';
import { verifySignature } from './verify-signature.ts';

export type RequestToVerify = IncomingRequest & {
  /** The service's name in the signature: `lambda`, `iotdevicegateway`; several where AWS takes several. */
  readonly service: string | readonly string[];
};

/** Finds out whose key signed a request. */
export class Authenticator {
  readonly #keys: Pick<AccessKeys, 'get'>;
  readonly #region: string;
  readonly #now: () => Date;
  readonly #standingClocks: ReadonlyMap<string, Date>;
  /** Objects of their own: a key that is bytes is made one at each use, which costs six times the HMAC. */
  readonly #signingKeys = new BoundedCache<string, KeyObject>(256);

  constructor(options: {
    readonly keys: Pick<AccessKeys, 'get'>;
    readonly region: string;
    readonly now: () => Date;
    readonly standingClocks?: ReadonlyMap<string, Date> | undefined;
  }) {
    this.#keys = options.keys;
    this.#region = options.region;
    this.#now = options.now;
    this.#standingClocks = options.standingClocks ?? new Map();
  }

  /** @throws AwsError in the words and codes of the service's protocol. */
  authenticate(request: RequestToVerify): Principal {
    const services = [request.service].flat();
    const protocol = services.includes('sts') ? 'query' : 'json';
    try {
      const signed = parseSignedRequest(request);
      if (signed === undefined) throw missingToken(protocol);
      return this.#verify(request, signed, services);
    } catch (error) {
      throw error instanceof SignatureError ? error.toAwsError(protocol) : error;
    }
  }

  #verify(request: IncomingRequest, signed: SignedRequest, services: readonly string[]): Principal {
    const key = this.#keys.get(signed.accessKeyId);
    if (key === undefined) throw unknownToken();
    const { secretAccessKey, sessionToken, expiration } = key.credentials;
    if (!sameSecret(signed.sessionToken, sessionToken)) throw unknownToken();
    const now = this.#now();
    if (expiration !== undefined && expiration <= now) throw expiredToken();
    this.#verifyScope(signed, services);
    verifySignature(request, signed, {
      signingKey: this.#signingKey(secretAccessKey, signed),
      now: this.#standingClocks.get(signed.time) ?? now,
    });
    return key.grant.principal;
  }

  #verifyScope({ scope: { region, service } }: SignedRequest, services: readonly string[]): void {
    if (!services.includes(service)) {
      throw new SignatureError(
        'signature',
        `Credential should be scoped to correct service: '${services[0]}'. `,
      );
    }
    // STS answers in every region, and its global endpoint is signed for us-east-1.
    if (region !== this.#region && service !== 'sts') {
      throw new SignatureError('signature', 'Credential should be scoped to a valid region. ');
    }
  }

  /** Four HMACs, once for each key, day, region and service. */
  #signingKey(secretAccessKey: string, { accessKeyId, scope }: SignedRequest): KeyObject {
    const name = `${accessKeyId}/${scope.day}/${scope.region}/${scope.service}`;
    return this.#signingKeys.get(name, () => createSecretKey(signingKey(secretAccessKey, scope)));
  }
}

/** In a time that tells nothing but the length. */
function sameSecret(found: string | undefined, expected: string | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected;
  const [one, other] = [Buffer.from(found), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
