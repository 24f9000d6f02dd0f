import type { IncomingMessage } from 'node:http';
import { AwsError } from '../http/aws-error.ts';
import type { Identities } from '../identity/identities.ts';
import type { RequestAccess } from '../identity/request-access.ts';
import type { IncomingRequest } from '../identity/signed-request.ts';
import { parseSignedRequest } from '../identity/signed-request.ts';
import type { ApiProtocol, RouteAuthorization } from './api-definition.ts';
import { gatewayError } from './gateway-errors.ts';
import type { AuthorizerResult } from './gateway-request.ts';
import type { AuthorizerCall, LambdaAuthorizers } from './lambda-authorizers.ts';

/** A request to a route, and who may be behind it. */
export type AccessCall = AuthorizerCall & {
  /** As it came: what its caller signed. */
  readonly signed: IncomingRequest;
  readonly incoming: IncomingMessage;
};

/** Whether a request may go through a route. */
export class GatewayAccess {
  readonly #identities: Identities;
  readonly #access: RequestAccess;
  readonly #authorizers: LambdaAuthorizers;

  constructor(options: {
    readonly identities: Identities;
    readonly access: RequestAccess;
    readonly authorizers: LambdaAuthorizers;
  }) {
    this.#identities = options.identities;
    this.#access = options.access;
    this.#authorizers = options.authorizers;
  }

  /** What the event says of the caller; undefined where nobody is asked. Rejects with AwsError. */
  async authorize(
    authorization: RouteAuthorization,
    call: AccessCall,
  ): Promise<AuthorizerResult | undefined> {
    switch (authorization.type) {
      case 'NONE':
        return undefined;
      case 'AWS_IAM':
        return this.signedBy(call, 'execute-api:Invoke', call.arn, call.protocol);
      case 'CUSTOM':
        return await this.#authorizers.authorize(authorization.authorizer, call);
      case 'unsupported':
        throw new AwsError(501, 'NotImplementedException', {
          message: `llx's emulator does not implement authorizers of the type ${authorization.name}`,
        });
    }
  }

  /** @throws AwsError 403 */
  signedBy(
    { incoming, signed }: Pick<AccessCall, 'incoming' | 'signed'>,
    action: string,
    arn: string,
    protocol: ApiProtocol,
  ): AuthorizerResult & { readonly type: 'iam' } {
    const accessKeyId = parseSignedRequest(signed)?.accessKeyId;
    if (accessKeyId === undefined) throw gatewayError(protocol, 'not-signed');
    const principal = this.#access.callerOf(incoming, { ...signed, service: 'execute-api' });
    // An HTTP API tells nobody what is missing.
    if (protocol !== 'HTTP') this.#identities.authorize(principal, action, arn);
    else if (!this.#identities.allows(principal, action, arn)) throw gatewayError(protocol, 'denied');
    return { type: 'iam', principal, accessKeyId };
  }
}
