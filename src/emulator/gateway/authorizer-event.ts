import type { GatewayAuthorizer } from './api-definition.ts';
import { requestPartsV1 } from './event-v1.ts';
import { requestPartsV2 } from './event-v2.ts';
import { type GatewayRequest, methodArn } from './gateway-request.ts';

/**
 * What the authorizer of an HTTP or a REST API is asked.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.payload-format,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 *
 * @param values of the identity sources
 */
export function authorizerEvent(
  { type, payloadFormat }: GatewayAuthorizer,
  request: GatewayRequest,
  values: readonly string[],
): Readonly<Record<string, unknown>> {
  const arn = methodArn(request);
  if (type === 'TOKEN') return { type, methodArn: arn, authorizationToken: values[0] ?? '' };
  if (request.api.protocol === 'REST') return { type, methodArn: arn, ...requestPartsV1(request) };
  if (payloadFormat === '2.0') {
    return {
      version: '2.0',
      type,
      routeArn: arn,
      identitySource: values,
      routeKey: request.routeKey,
      ...requestPartsV2(request),
    };
  }
  return {
    version: '1.0',
    type,
    methodArn: arn,
    identitySource: values.join(','),
    authorizationToken: values[0] ?? '',
    ...requestPartsV1(request),
  };
}
