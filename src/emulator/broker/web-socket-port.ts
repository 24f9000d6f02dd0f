import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { DropCounter } from '../../protocol/drops.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import { AwsError } from '../http/aws-error.ts';
import { refuseForeignPage } from '../http/loopback-guard.ts';
import { ServedHosts } from '../server/served-hosts.ts';
import type { BrokerIdentity } from './authorization.ts';
import { endAfter } from './connection-life.ts';
import { listenSecurely, type SecurePort } from './secure-port.ts';
import { WebSocketStream } from './web-socket-stream.ts';

/** One message holds any number of MQTT packets; the largest of them is 128 KiB with its header. */
const MESSAGE_BYTES = 1024 * 1024;

export type WebSocketPortOptions = {
  readonly host: string;
  /** The names by which it may be called. @default `host`, and those of this machine */
  readonly hosts?: ServedHosts;
  /** 0 is a free one. */
  readonly port: number;
  readonly certificate: KeyPair;
  /** Who asks for the connection. Throws AwsError for a signature that is not good. */
  readonly identify: (request: IncomingMessage) => BrokerIdentity;
  readonly accept: (stream: Duplex, identity: BrokerIdentity) => void;
  /** Every request that asks for no WebSocket: IoT's data plane. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** How long a connection lives. */
  readonly connectionSeconds: number;
  readonly drops: DropCounter;
};

/**
 * IoT Core's endpoint as its clients with AWS credentials see it: `wss://…/mqtt`, signed in its query, and the data
 * plane beside it on the same port.
 * https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html#mqtt-ws
 */
export async function openWebSocketPort(options: WebSocketPortOptions): Promise<SecurePort> {
  const { certificate, drops, accept, connectionSeconds } = options;
  const server = createServer({ cert: certificate.certificate, key: certificate.key, noDelay: true });
  server.on('request', options.onRequest);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => 'mqtt',
  });
  sockets.on('wsClientError', (error) => drops.drop('connection-closed', `WebSocket: ${error.message}`));
  server.on('upgrade', (request, socket, head) => {
    // The client may go while it is refused.
    socket.on('error', () => undefined);
    let identity: BrokerIdentity;
    try {
      identity = admit(request, options);
    } catch (error) {
      const refusal = error instanceof AwsError ? error : new AwsError(500, 'InternalFailureException', {});
      // The name alone: what the client asked for is its secret.
      drops.drop('broker-rule', `WebSocket refused with status ${refusal.statusCode}: ${refusal.type}`);
      refuse(socket, refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = new WebSocketStream(webSocket);
      endAfter(stream, connectionSeconds, () =>
        drops.drop('broker-rule', `WebSocket older than ${connectionSeconds} s`),
      );
      accept(stream, identity);
    });
  });
  return await listenSecurely(server, { ...options, scheme: 'wss', flag: '--wss-port' });
}

function admit(
  request: IncomingMessage,
  { host, hosts = new ServedHosts({ host }), identify }: WebSocketPortOptions,
): BrokerIdentity {
  const foreign = hosts.refusal(request.headers) ?? refuseForeignPage(request.headers);
  if (foreign !== undefined) throw new AwsError(403, 'AccessDeniedException', { message: foreign });
  if ((request.url ?? '').replace(/\?.*$/s, '') !== '/mqtt')
    throw new AwsError(404, 'ResourceNotFoundException', { message: 'expected the path /mqtt' });
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!protocols.includes('mqtt'))
    throw new AwsError(400, 'InvalidRequestException', { message: 'expected the sub-protocol mqtt' });
  return identify(request);
}

/** IoT Core says no more than that it is forbidden; the exception's name, which helps, is in a header. */
function refuse(socket: Duplex, { statusCode, type, body }: AwsError): void {
  const traceId = crypto.randomUUID();
  const message = statusCode === 403 ? 'Forbidden' : body.message;
  const text = JSON.stringify({ message, traceId });
  socket.end(
    [
      `HTTP/1.1 ${statusCode} ${statusCode === 403 ? 'Forbidden' : type}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      `x-amzn-requestid: ${traceId}`,
      `x-amzn-errortype: ${type}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
