import type { IncomingMessage, ServerResponse } from 'node:http';
import { LAMBDA } from '../../../protocol/limits.ts';
import type { InvocationResult } from '../../../runtime/invocation.ts';
import { AwsError } from '../../http/aws-error.ts';
import type { HostDoor, Visitor } from '../../http/host-doors.ts';
import { isLoopbackOrigin } from '../../http/loopback-guard.ts';
import type { RequestBodies } from '../../http/request-body.ts';
import { sendAnswer } from '../../http/send-answer.ts';
import type { Identities } from '../../identity/identities.ts';
import type { RequestAccess } from '../../identity/request-access.ts';
import type { FunctionReference } from '../function-name.ts';
import type { FunctionPolicies } from '../functions/function-policies.ts';
import type { InvocationCall, InvocationService } from '../invocation-service.ts';
import { hangUpSignal } from '../write-chunk.ts';
import type { FunctionUrl } from './function-url.ts';
import { UrlAccess } from './url-access.ts';
import { BAD_GATEWAY, type UrlAnswer, urlAnswer } from './url-answer.ts';
import { allowsOrigin, corsHeaders, isPreflight, preflightHeaders } from './url-cors.ts';
import { type UrlRequest, urlEvent } from './url-event.ts';
import { parseUrlHost } from './url-host.ts';
import { PreludeReader } from './url-prelude.ts';
import { UrlStream } from './url-stream.ts';
import type { UrlTable } from './url-table.ts';

export type UrlDoorOptions = {
  readonly urls: UrlTable;
  readonly service: InvocationService;
  readonly identities: Identities;
  readonly access: RequestAccess;
  readonly policies: FunctionPolicies;
  readonly bodies: RequestBodies;
  readonly region: string;
  /** Of all functions. */
  readonly functionNames: () => readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** Where `llx deploy` puts what requests get: its URL is the function's when it has none for `$LATEST`. */
const LIVE_ALIAS = 'live';

type Target = {
  readonly reference: FunctionReference;
  /** Undefined: the function was asked for by its name, and has no URL. */
  readonly url: FunctionUrl | undefined;
};

/**
 * HTTP requests to functions: at the URLs that CreateFunctionUrlConfig made, by AWS's rules, and at
 * `http://<function>.localhost`, which every function has. The latter is for the developer: where the function has a
 * URL, of its own or of its alias `live`, it is that URL, with its rules; else whoever is on this machine may call it, and
 * answers stream if the handler does.
 */
export class UrlDoor implements Pick<HostDoor, 'allowsOrigin' | 'isPublic' | 'handle'> {
  readonly #options: UrlDoorOptions;
  readonly #access: UrlAccess;

  constructor(options: UrlDoorOptions) {
    this.#options = options;
    this.#access = new UrlAccess(options);
  }

  /** What the CORS settings of the URL say; beside them, pages that come from this machine are the developer's own. */
  allowsOrigin(host: string, origin: string): boolean {
    return isLoopbackOrigin(origin) || allowsOrigin(this.#targetOf(host)?.url?.cors, origin);
  }

  /** Only with a URL: what has none was not made for browsers, and its name is for the developer. */
  isPublic(host: string): boolean {
    return this.#targetOf(host)?.url !== undefined;
  }

  /** @throws AwsError before anything is sent */
  async handle(request: IncomingMessage, response: ServerResponse, visitor: Visitor): Promise<void> {
    const target = this.#targetOf(visitor.host);
    if (target === undefined) throw unknownUrl();
    const { url, reference } = target;
    const { origin } = request.headers;
    if (url?.cors !== undefined && origin !== undefined && isPreflight(request.method, request.headers)) {
      // Its body says nothing.
      request.resume();
      response.writeHead(200, { ...preflightHeaders(url.cors, origin), 'content-length': 0 }).end();
      return;
    }
    const limit = { bytes: LAMBDA.requestBytes, operation: 'InvokeFunction' };
    const body = await this.#options.bodies.read(request, limit);
    const { registry } = this.#options.service;
    const caller =
      url === undefined
        ? checkDeveloper(visitor)
        : this.#access.check(request, body, url, registry.arnOf(reference));
    const resolved = await registry.find(reference);
    const event = this.#requestOf(request, body, url?.urlId ?? reference.name, visitor, caller);
    const call = {
      resolved,
      requestId: event.requestId,
      event: Buffer.from(JSON.stringify(urlEvent(event))),
      clientContext: undefined,
      traceId: event.traceId,
    };
    const headers = {
      'x-amzn-requestid': event.requestId,
      ...(url?.cors === undefined || origin === undefined ? {} : corsHeaders(url.cors, origin)),
    };
    if (url?.invokeMode === 'BUFFERED') await this.#answerWhole(response, call, headers);
    else await this.#answerStreamed(response, call, headers);
  }

  #targetOf(host: string): Target | undefined {
    const { urls, region, functionNames, service } = this.#options;
    const parsed = parseUrlHost(host);
    if (parsed?.type === 'url') {
      const url = parsed.region === region ? urls.byId(parsed.urlId) : undefined;
      return url && { url, reference: { name: url.functionName, qualifier: url.qualifier } };
    }
    if (parsed === undefined) return undefined;
    // Hosts have no case, names of functions have. All of them are read only where there is none written so.
    const isThere = service.registry.lookup({ name: parsed.name, qualifier: undefined }) !== undefined;
    const name = isThere ? parsed.name : functionNames().find((one) => one.toLowerCase() === parsed.name);
    if (name === undefined) return undefined;
    const url = urls.get(name) ?? urls.get(name, LIVE_ALIAS);
    return { url, reference: { name, qualifier: url?.qualifier } };
  }

  #requestOf(
    request: IncomingMessage,
    body: Uint8Array,
    urlId: string,
    { sourceIp }: Visitor,
    caller: UrlRequest['caller'],
  ): UrlRequest {
    const { method = 'GET', url: target = '/', headers, socket } = request;
    const trace = headers['x-amzn-trace-id'];
    return {
      method,
      target,
      headers,
      body,
      urlId,
      sourceIp,
      port: socket.localPort ?? 0,
      requestId: crypto.randomUUID(),
      at: this.#options.now(),
      traceId: typeof trace === 'string' ? trace : `Root=${this.#options.service.recursion.newRoot()}`,
      ...(caller === undefined ? {} : { caller }),
    };
  }

  async #answerWhole(
    response: ServerResponse,
    call: InvocationCall,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { result } = await this.#options.service.invoke(call);
    sendAnswer(response, answerOf(result), headers);
  }

  async #answerStreamed(
    response: ServerResponse,
    call: InvocationCall,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const stream = new UrlStream(response, headers);
    const signal = hangUpSignal(response);
    const { result } = await this.#options.service.invoke(call, { stream, signal });
    if (!response.headersSent && (result.status === 'failed' || stream.isMalformed)) {
      sendAnswer(response, BAD_GATEWAY, headers);
    } else if (result.status === 'failed') {
      // A body that ends as it should would be taken for the whole answer.
      response.destroy();
    } else if (result.streamed) {
      stream.end();
    } else {
      sendAnswer(response, urlAnswer(result.payload), headers);
    }
  }
}

function answerOf(result: InvocationResult): UrlAnswer {
  if (result.status === 'failed') return BAD_GATEWAY;
  if (!result.streamed) return urlAnswer(result.payload);
  const prelude = new PreludeReader().push(result.payload);
  return prelude.type === 'read' ? { ...prelude.head, body: prelude.rest } : urlAnswer(result.payload);
}

/** @throws AwsError 403 for a caller on another machine, and for everybody where others can reach it */
function checkDeveloper({ isDeveloper }: Visitor): undefined {
  if (isDeveloper) return undefined;
  throw new AwsError(403, 'AccessDeniedException', {
    Message: 'This function has no URL: CreateFunctionUrlConfig makes one that other machines may call.',
  });
}

/** As AWS answers at the id of no URL. */
function unknownUrl(): AwsError {
  return new AwsError(403, 'AccessDeniedException', { Message: null });
}
