import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const MESSAGE_BYTES = 128 * 1024;

export type AcceptWebSocket = (handshake: {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** Undefined: none is chosen. */
  readonly protocol: string | undefined;
  /** Not called for a client that has gone meanwhile, or whose handshake is none: that one has been answered. */
  readonly onOpen: (socket: WebSocket) => void;
}) => void;

/** Loaded when somebody first asks for a WebSocket. */
export async function loadWebSocketServer(): Promise<AcceptWebSocket> {
  const { WebSocketServer } = await import('ws');
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (_, request) => protocols.get(request) ?? false,
  });
  return ({ request, socket, head, protocol, onOpen }) => {
    if (protocol !== undefined) protocols.set(request, protocol);
    server.handleUpgrade(request, socket, head, onOpen);
  };
}
