import type { FastifyInstance } from 'fastify';
import type { ApiService } from './http/api-operation.ts';
import { createApiServer } from './http/api-server.ts';
import { ServiceRouter } from './http/service-router.ts';
import { addServiceRoutes } from './http/service-routes.ts';
import type { IamConfig } from './identity/iam-config.ts';
import { Identities } from './identity/identities.ts';
import { RequestAccess } from './identity/request-access.ts';

/** Services at a port of their own, for AWS's own clients. Their key is the development key, unless there are users. */
export async function openServicePort(
  services: readonly ApiService[],
  addRoutes: (app: FastifyInstance, endpoint: () => string) => void = () => undefined,
  iam: IamConfig = {},
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const defects: unknown[] = [];
  const identities = new Identities({ account: '000000000000', region: 'us-east-1', functions: [], iam });
  const api = createApiServer({ host: '127.0.0.1', port: 0 });
  const router = new ServiceRouter(services, {
    access: new RequestAccess(identities),
    onDefect: (error) => defects.push(error),
  });
  addServiceRoutes(api, async () => ({
    router,
    urls: { handle: () => Promise.reject(new Error('there are no function URLs here')) },
    metricsText: () => ({ contentType: 'text/plain', text: '' }),
  }));
  let endpoint = '';
  addRoutes(api.app, () => endpoint);
  endpoint = (await api.listen()).url;
  return {
    endpoint,
    async close() {
      await api.close();
      if (defects.length > 0) throw new AggregateError(defects, 'an operation has a defect');
    },
  };
}
