import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EmulatorClock } from '../../emulator-clock.ts';
import { AwsError } from '../../http/aws-error.ts';
import type { RequestBodies } from '../../http/request-body.ts';
import { isObject } from '../../json-object.ts';
import { DEFAULT_ROUTE, DEFAULT_ROUTE_SELECTION, type GatewayRoute } from '../api-definition.ts';
import type { GatewayAccess } from '../gateway-access.ts';
import type { GatewayAddress } from '../gateway-address.ts';
import type { GatewayApis, OpenApi } from '../gateway-apis.ts';
import { gatewayError } from '../gateway-errors.ts';
import type { FunctionOutcome, GatewayFunctions } from '../gateway-functions.ts';
import { type AuthorizerResult, methodArn } from '../gateway-request.ts';
import { stageOf } from '../gateway-stage.ts';
import type { GatewayTarget } from '../http-gateway.ts';
import { ConnectionsApi } from './connections-api.ts';
import { GatewayConnection } from './gateway-connection.ts';
import { checkHandshake } from './handshake.ts';
import { selectedRoute } from './route-selection.ts';
import { type AcceptWebSocket, loadWebSocketServer } from './web-socket-server.ts';
import {
  type ConnectionContext,
  type HandshakeRequest,
  handshakeParts,
  type WebSocketOccasion,
  webSocketEvent,
} from './websocket-event.ts';

export type WebSocketGatewayOptions = {
  readonly scope: { readonly account: string; readonly region: string };
  readonly apis: GatewayApis;
  readonly functions: GatewayFunctions;
  readonly access: GatewayAccess;
  readonly bodies: RequestBodies;
  readonly clock: EmulatorClock;
  readonly onDefect: (error: unknown) => void;
};

const TIMEOUT_MS = 29_000;
/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const ABNORMAL_CLOSURE = 1006;

/** WebSocket APIs: who may connect, where messages go, and what is sent back. */
export class WebSocketGateway {
  readonly #options: WebSocketGatewayOptions;
  readonly #connections = new Map<string, GatewayConnection>();
  readonly #api: ConnectionsApi;
  #server: Promise<AcceptWebSocket> | undefined;
  /** Functions behind `$disconnect` that run. */
  readonly #leaving = new Set<Promise<unknown>>();
  #isDraining = false;
  #isClosed = false;

  constructor(options: WebSocketGatewayOptions) {
    this.#options = options;
    this.#api = new ConnectionsApi({ ...options, connections: this.#connections });
  }

  /** A request that asks for no WebSocket: `@connections`. Rejects with AwsError before anything is sent. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: { readonly address: GatewayAddress; readonly api: OpenApi },
  ): Promise<void> {
    await this.#api.handle(request, response, target);
  }

  /** The handshake. Rejects with AwsError before anything is sent. */
  async connect(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    target: GatewayTarget,
  ): Promise<void> {
    // Before any function is told of a connection that there cannot be.
    checkHandshake(request);
    const context = this.#contextOf(request, target);
    const { definition } = target.api;
    const route = definition.routes.find(({ key }) => key === '$connect');
    const handshake = this.#handshakeOf(request, target.sourceIp);
    const authorizer = route && (await this.#authorize(route, request, handshake, context));
    const connected = authorizer === undefined ? context : { ...context, authorizer };
    const protocol = route && (await this.#ask(route, connected, handshake));
    this.#server ??= loadWebSocketServer();
    const accept = await this.#server;
    if (this.#isClosed) throw gatewayError('WEBSOCKET', 'bad-answer');
    let isOpen = false;
    accept({
      request,
      socket,
      head,
      protocol,
      onOpen: (webSocket) => {
        isOpen = true;
        const connection = new GatewayConnection({
          context: connected,
          socket: webSocket,
          clock: this.#options.clock,
          onMessage: (text) => this.#message(connection, text).catch(this.#options.onDefect),
          onClose: (statusCode, reason) => this.#disconnected(connected, statusCode, reason),
        });
        this.#connections.set(connected.connectionId, connection);
        if (this.#isDraining) connection.leave();
      },
    });
    // The client has gone while `$connect` ran, which may have written it down.
    if (!isOpen) this.#disconnected(connected, ABNORMAL_CLOSURE, '');
  }

  /** Ends all connections as a server does that goes away; resolves when the functions behind `$disconnect` have been told. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await Promise.all([...this.#connections.values()].map((connection) => connection.leave()));
    await Promise.all(this.#leaving);
  }

  /** Ends all connections; their functions are not told, for none is invoked any more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.terminate();
  }

  #contextOf(request: IncomingMessage, { address, api, sourceIp }: GatewayTarget): ConnectionContext {
    const staged = stageOf(api.definition, address.path);
    if (staged === undefined || staged.path !== '/') throw gatewayError('WEBSOCKET', 'no-stage');
    const { host = '', 'user-agent': userAgent } = request.headers;
    return {
      apiId: api.definition.id,
      stage: staged.stage,
      connectionId: `${randomBytes(11).toString('base64url')}=`,
      connectedAt: this.#options.clock.now(),
      domainName: `${host}${address.prefix}`,
      sourceIp,
      userAgent,
    };
  }

  #handshakeOf(request: IncomingMessage, sourceIp: string): HandshakeRequest {
    const { method = 'GET', url: target = '/', headers, rawHeaders, socket } = request;
    const question = target.indexOf('?');
    const trace = headers['x-amzn-trace-id'];
    return {
      method,
      target,
      headers,
      rawHeaders,
      rawQueryString: question < 0 ? '' : target.slice(question + 1),
      body: new Uint8Array(),
      sourceIp,
      port: socket.localPort ?? 0,
      traceId: typeof trace === 'string' ? trace : this.#options.functions.newTrace(),
    };
  }

  async #authorize(
    { authorization }: GatewayRoute,
    incoming: IncomingMessage,
    handshake: HandshakeRequest,
    context: ConnectionContext,
  ): Promise<AuthorizerResult | undefined> {
    const { scope, access, clock } = this.#options;
    const { stage } = context;
    const arn = methodArn({ ...scope, api: { id: context.apiId }, stage, method: '$connect', path: '' });
    const now = { requestId: randomUUID(), at: clock.now() };
    const event = webSocketEvent(context, { type: 'CONNECT', request: handshake }, now);
    return await access.authorize(authorization, {
      protocol: 'WEBSOCKET',
      arn,
      incoming,
      signed: { ...handshake, path: handshake.target },
      sources: {
        headers: handshake.headers,
        query: new URLSearchParams(handshake.rawQueryString),
        stageVariables: stage.variables ?? {},
        context: event.requestContext,
      },
      traceId: handshake.traceId,
      eventOf: () => ({
        type: 'REQUEST',
        methodArn: arn,
        ...handshakeParts(handshake),
        stageVariables: stage.variables ?? {},
        requestContext: event.requestContext,
      }),
    });
  }

  /** The function behind `$connect`: the sub-protocol that it chose, if it did. Rejects with AwsError where it refuses. */
  async #ask(
    route: GatewayRoute,
    context: ConnectionContext,
    handshake: HandshakeRequest,
  ): Promise<string | undefined> {
    const outcome = await this.#invoke(route, context, { type: 'CONNECT', request: handshake });
    const answer = outcome?.type === 'succeeded' ? parsed(outcome.payload) : undefined;
    const status = isObject(answer) ? Number(answer.statusCode ?? 200) : Number.NaN;
    if (outcome !== undefined && !(status >= 200 && status <= 299)) throw refusedConnection(status);
    const headers = isObject(answer) && isObject(answer.headers) ? Object.entries(answer.headers) : [];
    const [, protocol] = headers.find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
    return typeof protocol === 'string' ? protocol : undefined;
  }

  async #message(connection: GatewayConnection, text: string): Promise<void> {
    const { context } = connection;
    // As it is now: its routes may have changed since the client has connected.
    const definition = this.#options.apis.find(context.apiId)?.definition;
    const expression = definition?.routeSelectionExpression ?? DEFAULT_ROUTE_SELECTION;
    const selected = selectedRoute(expression, text);
    const routeOf = (key: string | undefined): GatewayRoute | undefined =>
      definition?.routes.find((route) => route.key === key);
    // These are not for messages, whatever a client writes.
    const isOwn = selected === '$connect' || selected === '$disconnect';
    const route = (isOwn ? undefined : routeOf(selected)) ?? routeOf(DEFAULT_ROUTE);
    const requestId = randomUUID();
    const tell = (message: string): Promise<void> =>
      connection.send(JSON.stringify({ message, connectionId: context.connectionId, requestId }));
    if (route === undefined) return await tell('Forbidden').catch(gone);
    const occasion = { type: 'MESSAGE', routeKey: route.key, body: text } as const;
    const outcome = await this.#invoke(route, context, occasion, requestId);
    if (outcome?.type !== 'succeeded') return await tell('Internal server error').catch(gone);
    const answer = route.answers === true ? parsed(outcome.payload) : undefined;
    if (isObject(answer) && typeof answer.body === 'string') await connection.send(answer.body).catch(gone);
  }

  #disconnected(context: ConnectionContext, statusCode: number, reason: string): void {
    this.#connections.delete(context.connectionId);
    const definition = this.#options.apis.find(context.apiId)?.definition;
    const route = definition?.routes.find(({ key }) => key === '$disconnect');
    if (route === undefined || this.#isClosed) return;
    const occasion = { type: 'DISCONNECT', statusCode, reason } as const;
    const told = this.#invoke(route, context, occasion)
      .catch(this.#options.onDefect)
      .finally(() => this.#leaving.delete(told));
    this.#leaving.add(told);
  }

  /** Undefined: there is nothing behind the route. */
  async #invoke(
    { integration }: GatewayRoute,
    context: ConnectionContext,
    occasion: WebSocketOccasion,
    requestId: string = randomUUID(),
  ): Promise<FunctionOutcome | undefined> {
    if (integration?.type !== 'lambda') return undefined;
    const { functions, clock } = this.#options;
    return await functions.invoke({
      target: integration.target,
      stageVariables: context.stage.variables ?? {},
      event: webSocketEvent(context, occasion, { requestId, at: clock.now() }),
      traceId: functions.newTrace(),
      timeoutMs: integration.timeoutMs ?? TIMEOUT_MS,
    });
  }
}

/** Whoever would be told has gone; what its function should know, `$disconnect` says. */
function gone(): void {}

function refusedConnection(status: number): AwsError {
  if (!(status >= 300 && status <= 599)) return gatewayError('WEBSOCKET', 'bad-answer');
  return new AwsError(status, 'ForbiddenException', { message: 'The function behind $connect refused.' });
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    // Of a handler that streams: nothing that a WebSocket API could use.
    return undefined;
  }
}
