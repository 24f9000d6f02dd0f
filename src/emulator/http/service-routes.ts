import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createExposure, type Exposure } from '../server/exposure.ts';
import type { ApiServer } from './api-server.ts';
import { AwsError } from './aws-error.ts';
import type { HostDoor } from './host-doors.ts';

/** What the services answer, once they are loaded. */
export type LoadedServices = {
  readonly router: { answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> };
  readonly urls: Pick<HostDoor, 'allowsOrigin' | 'handle'>;
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
    allowsOrigin: async (host, origin) => (await (await load()).urls.allowsOrigin?.(host, origin)) ?? false,
    handle: async (request, response, visitor) => (await load()).urls.handle(request, response, visitor),
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
