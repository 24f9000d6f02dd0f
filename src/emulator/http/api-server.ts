import { createServer } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { listenError } from '../listen-error.ts';
import { createExposure, type Exposure } from '../server/exposure.ts';
import { OpenRequests } from '../server/open-requests.ts';
import { AwsError, notImplemented } from './aws-error.ts';
import { FrontDoor, refuseMalformed, toAwsError } from './front-door.ts';
import type { HostDoor } from './host-doors.ts';
import { bodyLimitOf, RequestBodies } from './request-body.ts';
import { urlHost } from './url-host.ts';

export type ApiServer = {
  readonly app: FastifyInstance;
  /** Reads the bodies of requests that go through a door of their own. */
  readonly bodies: RequestBodies;
  /** Requests to the hosts of this door pass no route. */
  hosts(door: HostDoor): void;
  listen(): Promise<{ readonly url: string }>;
  /** Takes no connections any more; resolves when all requests are answered, also at once those that come meanwhile. */
  drain(): Promise<void>;
  close(): Promise<void>;
};

export type ApiServerOptions = {
  readonly host: string;
  readonly port: number;
  /** What no caller is told of: the failure of a route. */
  readonly onDefect?: (error: unknown) => void;
  /** @default this machine alone */
  readonly exposure?: Exposure;
  /** @default at most 512 MB of unfinished bodies, 20 s of silence */
  readonly bodies?: RequestBodies;
};

/** From the first byte of a request to the end of its headers. */
const HEAD_MS = 10_000;
/** To the end of its body. An answer may take as long as a function: 15 minutes. */
const REQUEST_MS = 300_000;

/**
 * The emulator's one HTTP port. Routes answer with AWS's own error format; an unknown path says that the operation
 * is not implemented, never a silent success.
 */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { onDefect = () => undefined, bodies = new RequestBodies() } = options;
  const { exposure = createExposure(options) } = options;
  const open = new OpenRequests();
  const door = new FrontDoor({ exposure, open, onDefect });
  const app = fastify({
    logger: false,
    // A topic, or an ARN, URL-encoded.
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A path that cannot be decoded: refused before any route, and in the form of no service of AWS.
    frameworkErrors: (error, _request, reply) =>
      void sendError(reply, fromFastify(error) ?? toAwsError(error)),
    clientErrorHandler: refuseMalformed,
    serverFactory: (handler) =>
      createServer(
        {
          noDelay: true,
          keepAliveTimeout: 75_000,
          headersTimeout: HEAD_MS,
          requestTimeout: REQUEST_MS,
          connectionsCheckingInterval: 2_000,
          // Others, such as `h2c` of Java's client, may be left unheard: https://www.rfc-editor.org/rfc/rfc9110#section-7.8
          shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
        },
        (request, response) => door.enter(request, response, handler),
      ).on('upgrade', (request, socket, head) => void door.upgrade(request, socket, head)),
  });
  // Bodies are bytes: Lambda's payload is passed on as it came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    const limit = bodyLimitOf(request.method, (request.raw.url ?? '').replace(/\?.*$/s, ''));
    bodies.read(payload, limit).then((body) => done(null, body), done);
  });
  app.setErrorHandler((error, _request, reply) => {
    const answer = fromFastify(error) ?? toAwsError(error);
    if (answer.statusCode === 500) onDefect(error);
    return sendError(reply, answer);
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(reply, notImplemented(`${request.method} ${request.url.slice(0, 300)}`)),
  );
  let closed: Promise<void> | undefined;
  return {
    app,
    bodies,
    hosts: (one) => door.add(one),
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
    drain() {
      // Of both, the server of this port and what else is given to it: Node.js ends connections that are idle by itself.
      if (app.server.listening) app.server.close();
      return open.drain();
    },
    close: () => {
      closed ??= app.close();
      door.close();
      return closed;
    },
  };
}

function sendError(reply: FastifyReply, { statusCode, type, body, headers }: AwsError): FastifyReply {
  // What is left of a body that was not read to its end would be taken for the next request.
  if (statusCode === 408) reply.header('connection', 'close');
  return reply
    .code(statusCode)
    .headers(headers)
    .header('x-amzn-errortype', type)
    .header('x-amzn-requestid', crypto.randomUUID())
    .type('application/json')
    .send(JSON.stringify(body));
}

/** What Fastify itself refuses: a path that cannot be decoded, a length that is none. */
function fromFastify(error: unknown): AwsError | undefined {
  if (error instanceof AwsError || !(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode < 500
    ? new AwsError(statusCode, 'ValidationException', { Message: error.message })
    : undefined;
}
