import type { FastifyInstance } from 'fastify';
import { AwsError } from '../http/aws-error.ts';

export type RetainedMessages = { retained(topic: string): Promise<Uint8Array | undefined> };

/**
 * IoT Core's data plane, `GetRetainedMessage`: the only way to learn at once that a topic has no retained message.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_GetRetainedMessage.html
 */
export function addRetainedRoute(app: FastifyInstance, broker: RetainedMessages): void {
  app.get('/retainedMessage/:topic', async (request: { params: unknown }, reply) => {
    const { topic } = request.params as { topic: string };
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
