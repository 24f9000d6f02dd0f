import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AwsError } from '../http/aws-error.ts';

/** The types that AWS knows. https://docs.aws.amazon.com/iot/latest/apireference/API_DescribeEndpoint.html */
const DATA = 'iot:Data-ATS';

/**
 * DescribeEndpoint: where IoT's broker and data plane are.
 *
 * @param endpoint `localhost:8443`; undefined where there is none.
 * @param authorize throws AwsError for a caller without `iot:DescribeEndpoint`.
 */
export function addEndpointRoute(
  app: FastifyInstance,
  endpoint: () => string | undefined,
  authorize: (request: FastifyRequest) => void,
): void {
  app.get('/endpoint', (request, reply) => {
    authorize(request);
    const { endpointType } = request.query as Readonly<Record<string, unknown>>;
    if (endpointType !== DATA) {
      throw new AwsError(400, 'InvalidRequestException', {
        message: `Endpoint type ${String(endpointType)} is not supported by this emulator, which has ${DATA}.`,
      });
    }
    const endpointAddress = endpoint();
    if (endpointAddress === undefined) {
      throw new AwsError(503, 'ServiceUnavailableException', {
        message: 'This emulator has no port for IoT: start it with --wss-port 8443.',
      });
    }
    return reply.type('application/json').send(JSON.stringify({ endpointAddress }));
  });
}
