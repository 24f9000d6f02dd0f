import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AwsError } from '../http/aws-error.ts';
import type { CallerLimits } from '../server/caller-limits.ts';
import type { RequestToVerify } from './authenticator.ts';
import type { Identities } from './identities.ts';
import type { Principal } from './principal.ts';

/** An operation of a service, as IAM names it. */
export type Operation = {
  /** The service's name in the signature. */
  readonly service: string | readonly string[];
  /** `lambda:InvokeFunction` */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
};

const NO_BODY = new Uint8Array();

/** Who makes a request to the emulator's HTTP API, and whether he may. */
export class RequestAccess {
  readonly #identities: Identities;
  readonly #limits: CallerLimits | undefined;

  /** @param limits what one caller may take. */
  constructor(identities: Identities, limits?: CallerLimits) {
    this.#identities = identities;
    this.#limits = limits;
  }

  /** @throws AwsError where the signature is not good, or where the caller has taken too much. */
  principalOf(request: FastifyRequest, service: string | readonly string[]): Principal {
    const signed = {
      method: request.method,
      path: request.raw.url ?? '/',
      headers: request.headers,
      body: request.body instanceof Uint8Array ? request.body : NO_BODY,
      service,
    };
    return this.callerOf(request.raw, signed);
  }

  /**
   * The same for what is no route: hosts of functions and APIs.
   *
   * @param signed as it came: what its caller signed.
   */
  callerOf(request: IncomingMessage, signed: RequestToVerify): Principal {
    const principal = this.#identities.verify(signed);
    this.#limits?.identify(request, principal.arn);
    return principal;
  }

  /** @throws AwsError where the signature is not good, or 403 AccessDeniedException. */
  authorize(request: FastifyRequest, { service, action, resource }: Operation): Principal {
    const principal = this.principalOf(request, service);
    this.#identities.authorize(principal, action, resource);
    return principal;
  }

  /** @throws AwsError 403 AccessDeniedException */
  allow(principal: Principal, action: string, resource: string): void {
    this.#identities.authorize(principal, action, resource);
  }

  /** For IoT's data plane, which does not say what is missing. */
  authorizeDataPlane(request: FastifyRequest, { service, action, resource }: Operation): Principal {
    const principal = this.principalOf(request, service);
    if (this.#identities.allows(principal, action, resource)) return principal;
    throw new AwsError(403, 'ForbiddenException', { message: 'Forbidden' });
  }
}
