import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IOT_CORE } from '../../protocol/limits.ts';
import type { BrokerMessage, PublishCause } from '../broker/messages.ts';
import { isExact } from '../broker/rules.ts';
import { AwsError } from '../http/aws-error.ts';
import type { DataPlane } from './retained-route.ts';

export type MessagePublisher = { publish(message: BrokerMessage, cause?: PublishCause): Promise<void> };

type PublishRequest = FastifyRequest<{
  Params: { '*': string };
  Querystring: Readonly<Record<string, unknown>>;
}>;

/** AWS's documents name either of them for the data plane. */
const SERVICES = ['iotdata', 'iotdevicegateway'];
const NOTHING = new Uint8Array();

/**
 * IoT Core's data plane, `Publish`: a message on a topic, without a connection.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 */
export function addPublishRoute(
  app: FastifyInstance,
  broker: MessagePublisher,
  { access, arnPrefix }: DataPlane,
): void {
  // The topic's slashes are escaped by SDKs, and not by curl.
  app.post('/topics/*', async (request: PublishRequest, reply) => {
    const topic = request.params['*'];
    const { qos = '0', retain = 'false' } = request.query;
    const resource = `${arnPrefix}:topic/${topic}`;
    const caller = access.authorizeDataPlane(request, { service: SERVICES, action: 'iot:Publish', resource });
    if (retain === 'true') {
      access.authorizeDataPlane(request, { service: SERVICES, action: 'iot:RetainPublish', resource });
    }
    checkTopic(topic);
    if (qos !== '0' && qos !== '1') throw invalidRequest(`QoS ${String(qos)} is not supported: 0 or 1`);
    const payload = request.body instanceof Uint8Array ? request.body : NOTHING;
    if (payload.byteLength > IOT_CORE.payloadBytes) {
      throw new AwsError(413, 'RequestEntityTooLargeException', {
        message: `The payload has ${payload.byteLength} bytes, and may have ${IOT_CORE.payloadBytes}.`,
      });
    }
    const trace = request.headers['x-amzn-trace-id'];
    await broker.publish(
      { topic, payload, qos: qos === '1' ? 1 : 0, retain: retain === 'true' },
      { caller, ...(typeof trace === 'string' ? { traceId: trace } : {}) },
    );
    return reply
      .type('application/json')
      .send(JSON.stringify({ message: 'OK', traceId: crypto.randomUUID() }));
  });
}

/** As for a client of the broker: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
function checkTopic(topic: string): void {
  if (topic === '' || !isExact(topic)) throw invalidRequest('Expected a topic without + and #.');
  if (Buffer.byteLength(topic) > IOT_CORE.topicBytes) throw invalidRequest('The topic has over 256 bytes.');
  if (topic.split('/').length - 1 > IOT_CORE.topicSlashes)
    throw invalidRequest('The topic has over 7 slashes.');
}

function invalidRequest(message: string): AwsError {
  return new AwsError(400, 'InvalidRequestException', { message });
}
