import type { FastifyInstance } from 'fastify';

/** Whether requests should be sent here. */
export type Readiness = 'starting' | 'ready' | 'draining';

/** For systemd, a load balancer, a monitor: unsigned, and telling nothing but this. */
export function addHealthRoutes(app: FastifyInstance, readiness: () => Readiness): void {
  app.get('/_llx/health', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  app.get('/_llx/ready', (_request, reply) => {
    const status = readiness();
    return reply
      .code(status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status });
  });
}
