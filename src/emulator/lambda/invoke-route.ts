import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LAMBDA } from '../../protocol/limits.ts';
import { AwsError } from '../http/aws-error.ts';
import type { RequestAccess } from '../identity/request-access.ts';
import { parseFunctionName } from './function-name.ts';
import type { InvocationService } from './invocation-service.ts';
import { logTail } from './log-tail.ts';

type InvokeRequest = FastifyRequest<{ Params: { name: string }; Querystring: { Qualifier?: unknown } }>;

const NO_EVENT = Buffer.from('{}');

/** `Invoke`: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function addInvokeRoute(
  app: FastifyInstance,
  service: InvocationService,
  access: RequestAccess,
): void {
  app.post('/2015-03-31/functions/:name/invocations', async (request: InvokeRequest, reply) => {
    const reference = parseFunctionName(request.params.name, request.query.Qualifier);
    access.authorize(request, {
      service: 'lambda',
      action: 'lambda:InvokeFunction',
      resource: service.registry.arnOf(reference),
    });
    const found = service.registry.find(reference);
    // Without a turn of the event loop where nothing is to be waited for.
    const resolved = found instanceof Promise ? await found : found;
    const type = invocationType(request);
    const event = eventBytes(request.body, type);
    if (type === 'DryRun') return respond(reply, 204, crypto.randomUUID(), undefined);
    const clientContext = parseClientContext(request.headers['x-amz-client-context'], type);
    const requestId = crypto.randomUUID();
    const traceId = header(request, 'x-amzn-trace-id');
    if (type === 'Event') {
      await service.invokeLater({ reference, requestId, event, traceId });
      return respond(reply, 202, requestId, undefined);
    }
    const call = { resolved, requestId, event, clientContext, traceId };
    const { result, log } = await service.invoke(call);
    reply.header('x-amz-executed-version', resolved.version);
    if (result.status === 'failed') reply.header('x-amz-function-error', 'Unhandled');
    if (header(request, 'x-amz-log-type') === 'Tail') reply.header('x-amz-log-result', logTail(log()));
    return respond(reply, 200, requestId, result.payload);
  });
}

function respond(
  reply: FastifyReply,
  status: number,
  requestId: string,
  payload: Uint8Array | undefined,
): FastifyReply {
  reply.code(status).header('x-amzn-requestid', requestId);
  if (payload === undefined) return reply.send();
  return reply
    .header('content-type', 'application/json')
    .send(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function invocationType(request: FastifyRequest): 'RequestResponse' | 'Event' | 'DryRun' {
  const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'RequestResponse' || type === 'Event' || type === 'DryRun') return type;
  throw new AwsError(400, 'InvalidParameterValueException', {
    Type: 'User',
    message: `Value '${type.slice(0, 100)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  });
}

function eventBytes(body: unknown, type: string): Uint8Array {
  if (!(body instanceof Uint8Array) || body.byteLength === 0) return NO_EVENT;
  if (type === 'Event' && body.byteLength > LAMBDA.asyncRequestBytes) {
    throw new AwsError(413, 'RequestTooLargeException', {
      Type: 'User',
      message: `${body.byteLength} byte payload is too large for the Event invocation type (limit ${LAMBDA.asyncRequestBytes} bytes)`,
    });
  }
  try {
    // The function would get a byte order mark with its event: it is no JSON.
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch (cause) {
    throw new AwsError(400, 'InvalidRequestContentException', {
      Type: 'User',
      message: `Could not parse request body into json: Could not parse payload into json: ${cause instanceof Error ? cause.message : String(cause)}`,
    });
  }
  return body;
}

function parseClientContext(value: string | string[] | undefined, type: string): unknown {
  const text = Array.isArray(value) ? value[0] : value;
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
    throw new AwsError(400, 'InvalidRequestContentException', {
      Type: 'User',
      message: `Client context must be a valid Base64-encoded JSON object: ${cause instanceof Error ? cause.message : ''}`,
    });
  }
}
