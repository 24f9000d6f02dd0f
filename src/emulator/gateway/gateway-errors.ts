import { AwsError } from '../http/aws-error.ts';
import type { ApiProtocol } from './api-definition.ts';

/**
 * What API Gateway itself answers, in the words of each kind of API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export type GatewayProblem =
  /** No API at the host. */
  | 'no-api'
  | 'no-stage'
  | 'no-route'
  /** Of the body. */
  | 'too-large'
  /** The authorizer was not asked: what identifies the caller is missing, or it said so itself. */
  | 'unauthorized'
  | 'not-signed'
  | 'denied'
  | 'explicitly-denied'
  | 'authorizer-failed'
  /** The function failed, or what it answered is no HTTP answer. */
  | 'bad-answer'
  | 'throttled'
  | 'timed-out';

type Answer = readonly [status: number, type: string, message: string | null];

const HTTP: Readonly<Record<GatewayProblem, Answer>> = {
  'no-api': [404, 'NotFoundException', 'Not Found'],
  'no-stage': [404, 'NotFoundException', 'Not Found'],
  'no-route': [404, 'NotFoundException', 'Not Found'],
  'too-large': [413, 'RequestEntityTooLargeException', 'Request Entity Too Large'],
  unauthorized: [401, 'UnauthorizedException', 'Unauthorized'],
  'not-signed': [403, 'ForbiddenException', 'Forbidden'],
  denied: [403, 'ForbiddenException', 'Forbidden'],
  'explicitly-denied': [403, 'ForbiddenException', 'Forbidden'],
  'authorizer-failed': [500, 'InternalServerErrorException', 'Internal Server Error'],
  'bad-answer': [500, 'InternalServerErrorException', 'Internal Server Error'],
  throttled: [503, 'ServiceUnavailableException', 'Service Unavailable'],
  'timed-out': [503, 'ServiceUnavailableException', 'Service Unavailable'],
};

const REST: Readonly<Record<GatewayProblem, Answer>> = {
  'no-api': [403, 'ForbiddenException', 'Forbidden'],
  'no-stage': [403, 'ForbiddenException', 'Forbidden'],
  'no-route': [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  'too-large': [413, 'RequestTooLargeException', 'HTTP content length exceeded 10485760 bytes.'],
  unauthorized: [401, 'UnauthorizedException', 'Unauthorized'],
  'not-signed': [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  denied: [403, 'AccessDeniedException', 'User is not authorized to access this resource'],
  'explicitly-denied': [
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource with an explicit deny',
  ],
  'authorizer-failed': [500, 'AuthorizerConfigurationException', null],
  'bad-answer': [502, 'InternalServerErrorException', 'Internal server error'],
  throttled: [500, 'InternalServerErrorException', 'Internal server error'],
  'timed-out': [504, 'InternalServerErrorException', 'Endpoint request timed out'],
};

export function gatewayError(protocol: ApiProtocol, problem: GatewayProblem, cause?: unknown): AwsError {
  const [status, type, message] = (protocol === 'HTTP' ? HTTP : REST)[problem];
  // The one text of a REST API whose member is written so.
  const member = protocol !== 'HTTP' && type === 'AccessDeniedException' ? 'Message' : 'message';
  return new AwsError(status, type, { [member]: message }, {}, { cause });
}
