import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AwsError } from '../http/aws-error.ts';
import type { RequestAccess } from '../identity/request-access.ts';

export type RetainedMessages = { retained(topic: string): Promise<Uint8Array | undefined> };

export type DataPlane = {
  readonly access: RequestAccess;
  /** `arn:aws:iot:<region>:<account>` */
  readonly arnPrefix: string;
};

type RetainedRequest = FastifyRequest<{ Params: { topic: string } }>;

/** AWS's documents name either of them for the data plane. */
const SERVICES = ['iotdata', 'iotdevicegateway'];

/**
 * IoT Core's data plane, `GetRetainedMessage`: the only way to learn at once that a topic has no retained message.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_GetRetainedMessage.html
 */
export function addRetainedRoute(
  app: FastifyInstance,
  broker: RetainedMessages,
  { access, arnPrefix }: DataPlane,
): void {
  app.get('/retainedMessage/:topic', async (request: RetainedRequest, reply) => {
    const { topic } = request.params;
    access.authorizeDataPlane(request, {
      service: SERVICES,
      action: 'iot:GetRetainedMessage',
      resource: `${arnPrefix}:topic/${topic}`,
    });
    const payload = await broker.retained(topic);
    if (payload === undefined) {
      throw new AwsError(404, 'ResourceNotFoundException', {
        message: `No retained message on topic ${topic}`,
      });
    }
    return reply.type('application/json').send(
      JSON.stringify({
        topic,
        payload: Buffer.from(payload).toString('base64'),
        qos: 1,
        lastModifiedTime: Date.now(),
      }),
    );
  });
}
