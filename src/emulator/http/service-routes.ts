import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createExposure, type Exposure } from '../server/exposure.ts';
import type { ApiServer } from './api-server.ts';
import { AwsError, notImplemented } from './aws-error.ts';
import type { HostDoor } from './host-doors.ts';

/** What the services answer, once they are loaded. */
export type LoadedServices = {
  readonly router: { answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> };
  readonly urls: Pick<HostDoor, 'allowsOrigin' | 'isPublic' | 'handle'>;
  /** Absent: there is no gateway here. */
  readonly gateway?: Required<Omit<HostDoor, 'matches'>>;
  readonly metricsText: () => { readonly contentType: string; readonly text: string };
};

/** Functions by their names and URLs by their ids: `greet.localhost`, `<id>.lambda-url.us-east-1.localhost`. */
const FUNCTION_HOST = /^(?:[^.]+|[^.]+\.lambda-url\.[^.]+)\.localhost$/;

/** All that no other route answers: operations as data, function URLs, metrics. */
export function addServiceRoutes(
  api: ApiServer,
  load: () => Promise<LoadedServices>,
  exposure: Pick<Exposure, 'isExposed' | 'addresses'> = createExposure({ host: '127.0.0.1' }),
): void {
  addOperations(api.app, load);
  api.app.get('/metrics', async (request, reply) => {
    // Prometheus signs nothing, and metrics have names of functions in them.
    if (exposure.isExposed && !exposure.addresses.isLocal(request.raw)) throw notFromHere();
    const { contentType, text } = (await load()).metricsText();
    return reply.type(contentType).send(text);
  });
  api.hosts({
    matches: (host) => FUNCTION_HOST.test(host),
    allowsOrigin: async (host, origin, target) =>
      (await (await load()).urls.allowsOrigin?.(host, origin, target)) ?? false,
    isPublic: async (host, target) => (await (await load()).urls.isPublic?.(host, target)) ?? false,
    handle: async (request, response, visitor) => (await load()).urls.handle(request, response, visitor),
  });
  addGateway(api, load);
}

/** APIs by their ids and names, at hosts of their own and below a path for those who cannot find such hosts. */
const API_HOST = /^[^.]+\.execute-api(?:\.[^.]+)?\.localhost$/;
const API_PATH = '/_aws/execute-api/';

function addGateway(api: ApiServer, load: () => Promise<LoadedServices>): void {
  const door = async (): Promise<NonNullable<LoadedServices['gateway']>> => {
    const { gateway } = await load();
    if (gateway === undefined) throw notImplemented('API Gateway');
    return gateway;
  };
  api.hosts({
    matches: (host, target) => API_HOST.test(host) || target.startsWith(API_PATH),
    allowsOrigin: async (host, origin, target) => (await door()).allowsOrigin(host, origin, target),
    isPublic: async (host, target) => (await door()).isPublic(host, target),
    handle: async (request, response, visitor) => (await door()).handle(request, response, visitor),
    upgrade: async (request, socket, head, visitor) => (await door()).upgrade(request, socket, head, visitor),
  });
}

function addOperations(app: FastifyInstance, load: () => Promise<LoadedServices>): void {
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/*',
    handler: async (request, reply) => await (await load()).router.answer(request, reply),
  });
}

function notFromHere(): AwsError {
  return new AwsError(403, 'AccessDeniedException', {
    Message: 'The metrics of this server are for this machine alone.',
  });
}
