import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { LAMBDA } from '../../protocol/limits.ts';
import { listenError } from '../listen-error.ts';
import { AwsError, notImplemented } from './aws-error.ts';
import { refuseForeignRequest } from './loopback-guard.ts';
import { urlHost } from './url-host.ts';

export type ApiServer = {
  readonly app: FastifyInstance;
  listen(): Promise<{ readonly url: string }>;
  close(): Promise<void>;
};

export type ApiServerOptions = { readonly host: string; readonly port: number };

/**
 * The emulator's one HTTP port. Routes answer with AWS's own error format; an unknown path says that the operation
 * is not implemented, never a silent success.
 */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const app = fastify({
    logger: false,
    // An Invoke may last as long as a function: 15 minutes.
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 75_000,
    // A topic, URL-encoded.
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  // Bodies are bytes: Lambda's payload is passed on as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => readBody(payload, done));
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.socket.setNoDelay(true);
    const refusal = refuseForeignRequest(request.headers, options.host);
    done(
      refusal === undefined ? undefined : new AwsError(403, 'AccessDeniedException', { Message: refusal }),
    );
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, toAwsError(error)));
  app.setNotFoundHandler((request, reply) =>
    sendError(reply, notImplemented(`${request.method} ${request.url.slice(0, 300)}`)),
  );
  let closed: Promise<void> | undefined;
  return {
    app,
    async listen() {
      try {
        await app.listen({ host: options.host, port: options.port });
      } catch (cause) {
        throw listenError(cause, { ...options, service: 'the emulator’s HTTP API', flag: '--port' });
      }
      const address = app.server.address();
      if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
      return { url: `http://${urlHost(options.host)}:${address.port}` };
    },
    close: () => {
      closed ??= app.close();
      return closed;
    },
  };
}

/** A body that is too large is read on to a bound, and thrown away: a client that is still sending would see no answer. */
const DISCARD_BYTES = 64 * 1024 * 1024;

function readBody(payload: IncomingMessage, done: (error: Error | null, body?: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  payload.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= LAMBDA.requestBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (length > DISCARD_BYTES) payload.destroy();
  });
  payload.once('error', (error) => done(error));
  payload.once('end', () => {
    const [first] = chunks;
    if (length > LAMBDA.requestBytes) done(tooLarge());
    else done(null, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
}

function sendError(reply: FastifyReply, { statusCode, type, body }: AwsError): void {
  void reply
    .code(statusCode)
    .header('x-amzn-errortype', type)
    .header('x-amzn-requestid', crypto.randomUUID())
    .type('application/json')
    .send(JSON.stringify(body));
}

function tooLarge(): AwsError {
  return new AwsError(413, 'RequestTooLargeException', {
    Type: 'User',
    message: `Request must be smaller than ${LAMBDA.requestBytes} bytes for the InvokeFunction operation`,
  });
}

function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return typeof status === 'number' && status < 500
    ? new AwsError(status, 'ValidationException', { Message: message })
    : new AwsError(500, 'ServiceException', { Type: 'Service', Message: message });
}
