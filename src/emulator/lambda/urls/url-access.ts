import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../http/aws-error.ts';
import type { Identities } from '../../identity/identities.ts';
import type { RequestAccess } from '../../identity/request-access.ts';
import { parseSignedRequest } from '../../identity/signed-request.ts';
import type { FunctionPolicies } from '../functions/function-policies.ts';
import type { FunctionUrl } from './function-url.ts';
import type { UrlRequest } from './url-event.ts';

/** What is invoked by its URL needs both, since October 2025. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
const ACTIONS = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];

/** Whether a request may go through a function URL. */
export class UrlAccess {
  readonly #identities: Identities;
  readonly #access: RequestAccess;
  readonly #policies: FunctionPolicies;

  constructor(options: {
    readonly identities: Identities;
    readonly access: RequestAccess;
    readonly policies: FunctionPolicies;
  }) {
    this.#identities = options.identities;
    this.#access = options.access;
    this.#policies = options.policies;
  }

  /**
   * Who signed the request; undefined where nobody has to.
   *
   * @param functionArn with the qualifier of the URL
   * @throws AwsError 403
   */
  check(
    request: IncomingMessage,
    body: Uint8Array,
    url: FunctionUrl,
    functionArn: string,
  ): UrlRequest['caller'] {
    const { functionName, qualifier, authType } = url;
    const context = { 'lambda:FunctionUrlAuthType': authType, 'lambda:InvokedViaFunctionUrl': 'true' };
    const access = { functionName, qualifier, resource: functionArn, context };
    if (authType === 'NONE') {
      // Policies from before October 2025, which have this action alone, are still good for those who do not sign.
      if (this.#policies.allows({ ...access, action: 'lambda:InvokeFunctionUrl', caller: undefined })) {
        return undefined;
      }
      throw forbidden();
    }
    const { method = 'GET', url: path = '/', headers } = request;
    const signed = { method, path, headers, body, service: 'lambda' };
    const principal = this.#access.callerOf(request, signed);
    const allowed = ACTIONS.every(
      (action) =>
        this.#identities.allows(principal, action, functionArn, context) ||
        this.#policies.allows({ ...access, action, caller: principal }),
    );
    if (!allowed) throw forbidden();
    return { principal, accessKeyId: parseSignedRequest(signed)?.accessKeyId ?? '' };
  }
}

function forbidden(): AwsError {
  return new AwsError(403, 'AccessDeniedException', {
    Message:
      'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  });
}
