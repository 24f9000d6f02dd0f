import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CallEvent, CallListener } from '../call-event.ts';
import type { Principal } from '../identity/principal.ts';
import type { Operation, RequestAccess } from '../identity/request-access.ts';
import type { FunctionReference } from './function-name.ts';
import type { InvocationService } from './invocation-service.ts';
import {
  clientContextOf,
  eventOf,
  type InvokeRequest,
  invocationTypeOf,
  referenceOf,
  traceIdOf,
  wantsTail,
} from './invoke-request.ts';
import { logTail } from './log-tail.ts';

/** `Invoke`: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function addInvokeRoute(
  app: FastifyInstance,
  service: InvocationService,
  access: RequestAccess,
  onCall?: CallListener,
): void {
  app.post('/2015-03-31/functions/:name/invocations', async (request: InvokeRequest, reply) => {
    const reference = referenceOf(request);
    const caller = access.authorize(request, invokeOf(service, reference));
    const found = service.registry.find(reference);
    // Without a turn of the event loop where nothing is to be waited for.
    const resolved = found instanceof Promise ? await found : found;
    const type = invocationTypeOf(request, ['Event', 'RequestResponse', 'DryRun']);
    const event = eventOf(request, type);
    if (type === 'DryRun') return respond(reply, 204, crypto.randomUUID(), undefined);
    const clientContext = clientContextOf(request, type);
    const requestId = crypto.randomUUID();
    const traceId = traceIdOf(request);
    if (onCall !== undefined) onCall(invokeCall(resolved.deployed.spec.name, { event, caller, traceId }));
    if (type === 'Event') {
      await service.invokeLater({ reference, requestId, event, traceId });
      return respond(reply, 202, requestId, undefined);
    }
    const call = { resolved, requestId, event, clientContext, traceId };
    const { result, log } = await service.invoke(call);
    reply.header('x-amz-executed-version', resolved.version);
    if (result.status === 'failed') reply.header('x-amz-function-error', 'Unhandled');
    if (wantsTail(request)) reply.header('x-amz-log-result', logTail(log()));
    return respond(reply, 200, requestId, result.payload);
  });
}

/** What a caller of either way of invoking must be allowed. */
export function invokeOf({ registry }: InvocationService, reference: FunctionReference): Operation {
  return { service: 'lambda', action: 'lambda:InvokeFunction', resource: registry.arnOf(reference) };
}

export function invokeCall(
  functionName: string,
  facts: { readonly event: Uint8Array; readonly caller: Principal; readonly traceId: string | undefined },
): CallEvent {
  const { event, caller, traceId } = facts;
  const trace = traceId === undefined ? {} : { traceId };
  return { type: 'invoke', functionName, payload: event, caller, ...trace };
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
