import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LAMBDA } from '../../protocol/limits.ts';
import { LLX_HEADERS } from '../channel/llx-headers.ts';
import { ACCEPTED, type ApiReply, REFUSALS } from './api-reply.ts';
import { type ApiInvocation, ApiState } from './api-state.ts';
import { errorTypeOf, header, readBody } from './request-body.ts';

export type RuntimeApiListener = {
  /** The first `next`. */
  readonly onReady: (request: IncomingMessage) => void;
  readonly onInitError: (errorType: string, payload: Uint8Array) => void;
  readonly onResponse: (payload: Uint8Array) => void;
  /** The answer was larger than Lambda allows, and was refused. */
  readonly onOversize: () => void;
  readonly onError: (errorType: string, payload: Uint8Array, request: IncomingMessage) => void;
  readonly onStream: (contentType: string) => void;
  /** Resolves when more may come. */
  readonly onChunk: (chunk: Uint8Array) => Promise<void>;
  readonly onStreamEnd: (
    error: { readonly errorType: string; readonly payload: Uint8Array } | undefined,
  ) => void;
};

// Not by `import`: an ES import of node:http reads each of its exports, and one of them loads undici: 30 ms at start-up
// for a server that only other languages and the HTTP channel use.
const { createServer } = process.getBuiltinModule('node:http');

const PREFIX = '/2018-06-01/runtime';
const ANSWER = new RegExp(`^${PREFIX}/invocation/([^/]+)/(response|error)$`);

/**
 * Lambda's Runtime API for one runtime process, of any language, on a port of its own: AWS_LAMBDA_RUNTIME_API
 * has room for host and port only. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #listener: RuntimeApiListener;
  readonly #isCaller: ((address: string) => Promise<boolean>) | undefined;
  readonly #state = new ApiState();
  readonly #waiting: ServerResponse[] = [];
  readonly #server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });

  /** @param isCaller whether an address is the runtime's own, where others than it could reach this. */
  constructor(listener: RuntimeApiListener, isCaller?: (address: string) => Promise<boolean>) {
    this.#listener = listener;
    this.#isCaller = isCaller;
    this.#server.on('request', (request, response) => {
      this.#route(request, response).catch(() => {
        // The runtime's process ended within a request: its exit says so.
        response.destroy();
      });
    });
  }

  /** Resolves with `host:port`. @param host an address of this machine that the runtime reaches */
  listen(host = '127.0.0.1'): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port: 0, host }, () => {
        const { port } = this.#server.address() as AddressInfo;
        resolve(`${host}:${port}`);
      });
    });
  }

  /** For the runtime that waits, or for its next `next`. */
  offer(invocation: ApiInvocation): void {
    this.#state.offer(invocation);
    this.#deliver();
  }

  /** Idempotent; ends every connection. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((await this.#isCaller?.(request.socket.remoteAddress ?? '')) === false) {
      request.socket.destroy();
      return;
    }
    const { method, url = '' } = request;
    if (method === 'GET' && url === `${PREFIX}/invocation/next`) return this.#next(request, response);
    if (method === 'POST' && url === `${PREFIX}/init/error`) return this.#initError(request, response);
    const [, id, kind] = (method === 'POST' && ANSWER.exec(url)) || [];
    if (id === undefined) {
      request.resume();
      return reply(response, REFUSALS.NotFound);
    }
    const mode = header(request, 'lambda-runtime-function-response-mode');
    const refusal =
      mode !== undefined && mode !== 'streaming'
        ? REFUSALS.InvalidFunctionResponseMode
        : this.#state.answer(decodeURIComponent(id), header(request, 'lambda-runtime-invocation-id'));
    if (refusal) {
      request.resume();
      return reply(response, refusal);
    }
    if (kind === 'error') return this.#error(request, response);
    return mode === 'streaming' ? this.#stream(request, response) : this.#response(request, response);
  }

  #next(request: IncomingMessage, response: ServerResponse): void {
    this.#waiting.push(response);
    response.once('close', () => {
      const index = this.#waiting.indexOf(response);
      if (index !== -1) this.#waiting.splice(index, 1);
    });
    if (this.#state.next()) this.#listener.onReady(request);
    this.#deliver();
  }

  #deliver(): void {
    const response = this.#waiting[0];
    const invocation = response && this.#state.take();
    if (!response || !invocation) return;
    this.#waiting.shift();
    response.writeHead(200, { ...nextHeaders(invocation), 'Content-Length': invocation.event.byteLength });
    response.end(invocation.event);
  }

  async #response(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await readBody(request, LAMBDA.responseBytes);
    if (payload) this.#listener.onResponse(payload);
    else this.#listener.onOversize();
    reply(response, payload ? ACCEPTED : REFUSALS.RequestEntityTooLarge);
  }

  async #error(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await readBody(request, LAMBDA.responseBytes);
    if (payload) this.#listener.onError(errorTypeOf(payload, errorHeader(request)), payload, request);
    else this.#listener.onOversize();
    reply(response, payload ? ACCEPTED : REFUSALS.RequestEntityTooLarge);
  }

  async #initError(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await readBody(request, LAMBDA.responseBytes);
    const refusal = payload ? this.#state.initError() : REFUSALS.RequestEntityTooLarge;
    if (payload && !refusal) this.#listener.onInitError(errorTypeOf(payload, errorHeader(request)), payload);
    reply(response, refusal ?? ACCEPTED);
  }

  async #stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#listener.onStream(header(request, 'content-type') ?? 'application/octet-stream');
    for await (const chunk of request) await this.#listener.onChunk(chunk);
    const { 'lambda-runtime-function-error-body': body, 'lambda-runtime-function-error-type': type } =
      request.trailers;
    const failed = body !== undefined || type !== undefined;
    const payload = Buffer.from(body ?? '', 'base64');
    this.#listener.onStreamEnd(failed ? { errorType: errorTypeOf(payload, type), payload } : undefined);
    reply(response, ACCEPTED);
  }
}

function nextHeaders(invocation: ApiInvocation): Record<string, string> {
  const { traceId, clientContext, identity, fixed } = invocation;
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
    'Lambda-Runtime-Invocation-Id': invocation.invocationId,
    'Lambda-Runtime-Deadline-Ms': String(invocation.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': invocation.invokedFunctionArn,
    ...(traceId === undefined ? {} : { 'Lambda-Runtime-Trace-Id': traceId }),
    ...(clientContext === undefined ? {} : { 'Lambda-Runtime-Client-Context': headerJson(clientContext) }),
    ...(identity === undefined ? {} : { 'Lambda-Runtime-Cognito-Identity': headerJson(identity) }),
    ...(fixed === undefined ? {} : { [LLX_HEADERS.fixed]: headerJson(fixed) }),
  };
}

/** A header holds no more than Latin-1; JSON can say the rest with escapes. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function errorHeader(request: IncomingMessage): string | undefined {
  return header(request, 'lambda-runtime-function-error-type');
}

function reply(response: ServerResponse, { status, body }: ApiReply): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
