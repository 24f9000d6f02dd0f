import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CallListener } from '../call-event.ts';
import type { RequestAccess } from '../identity/request-access.ts';
import { invokeComplete, payloadChunk } from './event-stream.ts';
import type { AnswerStream, InvocationOutcome, InvocationService } from './invocation-service.ts';
import {
  clientContextOf,
  eventOf,
  type InvokeRequest,
  invocationTypeOf,
  referenceOf,
  traceIdOf,
  wantsTail,
} from './invoke-request.ts';
import { invokeCall, invokeOf } from './invoke-route.ts';
import { logTail } from './log-tail.ts';
import { hangUpSignal, writeChunk } from './write-chunk.ts';

/**
 * `InvokeWithResponseStream`: pieces of the answer as the handler writes them; that of a handler which does not stream
 * is one piece. A caller that hangs up ends the handler.
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export function addInvokeStreamRoute(
  app: FastifyInstance,
  service: InvocationService,
  access: RequestAccess,
  onCall?: CallListener,
): void {
  const path = '/2021-11-15/functions/:name/response-streaming-invocations';
  app.post(path, async (request: InvokeRequest, reply) => {
    const reference = referenceOf(request);
    const caller = access.authorize(request, invokeOf(service, reference));
    const resolved = await service.registry.find(reference);
    const type = invocationTypeOf(request, ['RequestResponse', 'DryRun']);
    const event = eventOf(request, type);
    const requestId = crypto.randomUUID();
    if (type === 'DryRun') return reply.code(204).header('x-amzn-requestid', requestId).send();
    const clientContext = clientContextOf(request, type);
    const traceId = traceIdOf(request);
    if (onCall !== undefined) onCall(invokeCall(resolved.deployed.spec.name, { event, caller, traceId }));
    const call = { resolved, requestId, event, clientContext, traceId };
    const answer = new StreamedAnswer(reply, { requestId, version: resolved.version });
    const outcome = await service.invoke(call, { stream: answer, signal: hangUpSignal(reply.raw) });
    await answer.end(outcome, wantsTail(request));
    return reply;
  });
}

type AnswerFacts = { readonly requestId: string; readonly version: string };

/** The answer of one call. Nothing of it is sent before its first piece, so an error before that has its own status. */
class StreamedAnswer implements AnswerStream {
  readonly #reply: FastifyReply;
  readonly #facts: AnswerFacts;
  #response: ServerResponse | undefined;

  constructor(reply: FastifyReply, facts: AnswerFacts) {
    this.#reply = reply;
    this.#facts = facts;
  }

  /** The pieces have it in a header of the framing. */
  onContentType(): void {}

  async onChunk(chunk: Uint8Array): Promise<void> {
    await writeChunk(this.#begin(), payloadChunk(chunk));
  }

  /** Resolves as well when nobody reads it any more: the invocation has ended all the same. */
  async end({ result, log }: InvocationOutcome, tail: boolean): Promise<void> {
    const response = this.#begin();
    const logResult = tail ? { LogResult: logTail(log()) } : {};
    if (result.status === 'failed') {
      const details = Buffer.from(result.payload).toString('utf8');
      response.end(invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: details, ...logResult }));
      return;
    }
    // Of a handler that does not stream.
    if (result.payload.byteLength > 0) response.write(payloadChunk(result.payload));
    response.end(invokeComplete(logResult));
  }

  #begin(): ServerResponse {
    if (this.#response !== undefined) return this.#response;
    this.#reply.hijack();
    this.#response = this.#reply.raw;
    return this.#response.writeHead(200, {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-requestid': this.#facts.requestId,
      'x-amz-executed-version': this.#facts.version,
    });
  }
}
