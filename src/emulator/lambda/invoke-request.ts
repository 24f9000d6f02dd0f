import type { FastifyRequest } from 'fastify';
import { LAMBDA } from '../../protocol/limits.ts';
import { AwsError } from '../http/aws-error.ts';
import { type FunctionReference, parseFunctionName } from './function-name.ts';

export type InvokeRequest = FastifyRequest<{
  Params: { name: string };
  Querystring: { Qualifier?: unknown };
}>;

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

const NO_EVENT = Buffer.from('{}');

/** The function would get a byte order mark with its event: it is no JSON. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws AwsError 400 */
export function referenceOf(request: InvokeRequest): FunctionReference {
  return parseFunctionName(request.params.name, request.query.Qualifier);
}

/** @throws AwsError 400 InvalidParameterValueException */
export function invocationTypeOf(
  request: FastifyRequest,
  allowed: readonly InvocationType[],
): InvocationType {
  const type = headerOf(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  const found = allowed.find((one) => one === type);
  if (found !== undefined) return found;
  throw new AwsError(400, 'InvalidParameterValueException', {
    Type: 'User',
    message: `Value '${type.slice(0, 100)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
  });
}

/**
 * The event as JSON, `{}` where there is none.
 *
 * @throws AwsError 413 RequestTooLargeException, 400 InvalidRequestContentException
 */
export function eventOf({ body }: FastifyRequest, type: InvocationType): Uint8Array {
  if (!(body instanceof Uint8Array) || body.byteLength === 0) return NO_EVENT;
  if (type === 'Event' && body.byteLength > LAMBDA.asyncRequestBytes) {
    throw new AwsError(413, 'RequestTooLargeException', {
      Type: 'User',
      message: `${body.byteLength} byte payload is too large for the Event invocation type (limit ${LAMBDA.asyncRequestBytes} bytes)`,
    });
  }
  try {
    JSON.parse(UTF_8.decode(body));
  } catch (cause) {
    throw invalidContent('Could not parse request body into json: Could not parse payload into json', cause);
  }
  return body;
}

/** @throws AwsError 400 InvalidRequestContentException */
export function clientContextOf(request: FastifyRequest, type: InvocationType): unknown {
  const text = headerOf(request, 'x-amz-client-context');
  // Lambda takes it for synchronous invocations only.
  if (text === undefined || type !== 'RequestResponse') return undefined;
  if (text.length > LAMBDA.clientContextBytes) {
    throw new AwsError(400, 'InvalidRequestContentException', {
      Type: 'User',
      message: `Client context must be no more than ${LAMBDA.clientContextBytes} bytes`,
    });
  }
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch (cause) {
    throw invalidContent('Client context must be a valid Base64-encoded JSON object', cause);
  }
}

export function wantsTail(request: FastifyRequest): boolean {
  return headerOf(request, 'x-amz-log-type') === 'Tail';
}

export function traceIdOf(request: FastifyRequest): string | undefined {
  return headerOf(request, 'x-amzn-trace-id');
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function invalidContent(text: string, cause: unknown): AwsError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AwsError(
    400,
    'InvalidRequestContentException',
    { Type: 'User', message: `${text}: ${why}` },
    {},
    { cause },
  );
}
