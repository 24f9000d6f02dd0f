import { Policy, type PolicyDecision } from '../identity/policy.ts';
import type { PolicyDocument } from '../identity/policy-document.ts';
import { policyProblems } from '../identity/policy-problems.ts';
import { isObject, type JsonObject } from '../json-object.ts';

/** What a Lambda authorizer has said of a caller; it may be asked of several routes. */
export type AuthorizerAnswer = {
  /** @param arn of the method: `…/prod/GET/orders` */
  decide(arn: string): PolicyDecision;
  readonly principalId: string | undefined;
  readonly context: JsonObject;
};

const ACTION = 'execute-api:Invoke';

/**
 * `{ isAuthorized, context }`, or `{ principalId, policyDocument, context }`. Undefined: it is neither, and nobody gets
 * through.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.payload-format-response
 */
export function authorizerAnswer(
  payload: Uint8Array,
  simpleResponses: boolean,
): AuthorizerAnswer | undefined {
  const value = parsed(payload);
  if (!isObject(value)) return undefined;
  const { context = {} } = value;
  if (!isObject(context)) return undefined;
  if (simpleResponses) {
    const { isAuthorized } = value;
    if (typeof isAuthorized !== 'boolean') return undefined;
    // Not `deny`, which a policy must say.
    return { decide: () => (isAuthorized ? 'allow' : 'none'), principalId: undefined, context };
  }
  const { principalId, policyDocument } = value;
  if (typeof principalId !== 'string' || !isPolicy(policyDocument)) return undefined;
  const policy = new Policy(policyDocument);
  return {
    decide: (arn) => policy.decide({ action: ACTION, resource: arn, context: () => undefined }),
    principalId,
    context,
  };
}

function isPolicy(value: unknown): value is PolicyDocument {
  return policyProblems(value, 'identity').length === 0;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    // A handler that streams, or another runtime: it is no answer of an authorizer.
    return undefined;
  }
}
