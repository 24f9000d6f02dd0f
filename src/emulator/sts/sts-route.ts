import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AwsError, notImplemented } from '../http/aws-error.ts';
import { xml } from '../http/xml.ts';
import type { Identities } from '../identity/identities.ts';
import { RequestAccess } from '../identity/request-access.ts';
import { parseQueryRequest, type QueryRequest } from './query-request.ts';
import { callSts } from './sts-operations.ts';

const VERSION = '2011-06-15';
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`;

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * STS: https://docs.aws.amazon.com/STS/latest/APIReference/. Many services have their operations at the one path `/`,
 * and say in the request which is meant.
 *
 * @param otherwise answers what is meant for another service.
 * @param others versions of APIs that it answers in this protocol.
 */
export function addStsRoute(
  app: FastifyInstance,
  identities: Identities,
  otherwise: Handler = refuse,
  others: readonly string[] = [],
  access: RequestAccess = new RequestAccess(identities),
): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/',
    handler: (request, reply) => {
      if (request.headers['x-amz-target'] !== undefined) return otherwise(request, reply);
      const call = parseQueryRequest(request);
      if (call === undefined || others.includes(call.version)) return otherwise(request, reply);
      return answerInXml(reply, () => answer(call, request));
    },
  });

  function answer(call: QueryRequest, request: FastifyRequest): string {
    if (call.version !== VERSION) {
      throw notImplemented(`${call.action.slice(0, 200)} of version ${call.version.slice(0, 20)}`);
    }
    const result = callSts(call, identities, access.principalOf(request, 'sts'));
    const content = {
      [`${call.action}Result`]: result,
      ResponseMetadata: { RequestId: crypto.randomUUID() },
    };
    return xml(`${call.action}Response`, content, NAMESPACE);
  }
}

function refuse(request: FastifyRequest): never {
  const target = request.headers['x-amz-target'];
  throw notImplemented(String(target ?? `${request.method} ${request.url}`).slice(0, 300));
}

/** Errors, too, are XML in the query protocol. */
function answerInXml(reply: FastifyReply, answer: () => string): FastifyReply {
  reply.type('text/xml').header('x-amzn-requestid', crypto.randomUUID());
  try {
    return reply.send(answer());
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { statusCode, type, body } = error;
    const content = {
      Error: {
        Type: statusCode < 500 ? 'Sender' : 'Receiver',
        Code: type,
        Message: String(body.message ?? body.Message ?? ''),
      },
      RequestId: crypto.randomUUID(),
    };
    return reply.code(statusCode).send(xml('ErrorResponse', content, NAMESPACE));
  }
}
