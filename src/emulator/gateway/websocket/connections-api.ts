import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../../http/aws-error.ts';
import type { RequestBodies } from '../../http/request-body.ts';
import type { GatewayAccess } from '../gateway-access.ts';
import type { GatewayAddress } from '../gateway-address.ts';
import type { OpenApi } from '../gateway-apis.ts';
import { gatewayError } from '../gateway-errors.ts';
import { methodArn } from '../gateway-request.ts';
import { type StagedPath, stageOf } from '../gateway-stage.ts';
import type { GatewayConnection } from './gateway-connection.ts';
import { MESSAGE_BYTES } from './web-socket-server.ts';

type Answer = { readonly status: number; readonly output?: Readonly<Record<string, unknown>> };

const PATH = /^\/@connections\/([^/]+)$/;

/**
 * `@connections`: what functions send to the clients of a WebSocket API, by its own host and with a signature.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi {
  readonly #connections: ReadonlyMap<string, GatewayConnection>;
  readonly #scope: { readonly account: string; readonly region: string };
  readonly #access: GatewayAccess;
  readonly #bodies: RequestBodies;

  constructor(options: {
    readonly connections: ReadonlyMap<string, GatewayConnection>;
    readonly scope: { readonly account: string; readonly region: string };
    readonly access: GatewayAccess;
    readonly bodies: RequestBodies;
  }) {
    this.#connections = options.connections;
    this.#scope = options.scope;
    this.#access = options.access;
    this.#bodies = options.bodies;
  }

  /** Rejects with AwsError before anything is sent. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    { address, api }: { readonly address: GatewayAddress; readonly api: OpenApi },
  ): Promise<void> {
    const staged = stageOf(api.definition, address.path);
    const id = staged && idOf(staged.path);
    if (staged === undefined || id === undefined) throw gatewayError('WEBSOCKET', 'no-stage');
    const body = await this.#read(request);
    this.#authorize(request, body, staged, api);
    const { status, output } = await this.#answer(request.method, this.#existing(id, staged, api), body);
    const bytes = Buffer.from(output === undefined ? '' : JSON.stringify(output));
    const length = status === 204 ? {} : { 'content-length': bytes.byteLength };
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...length })
      .end(bytes);
  }

  async #answer(
    method: string | undefined,
    connection: GatewayConnection,
    body: Uint8Array,
  ): Promise<Answer> {
    switch (method) {
      case 'POST':
        await connection.send(Buffer.from(body).toString('utf8')).catch((cause: unknown) => {
          throw gone(cause);
        });
        return { status: 200 };
      case 'GET':
        return { status: 200, output: describe(connection) };
      case 'DELETE':
        connection.close();
        return { status: 204 };
      default:
        throw gatewayError('WEBSOCKET', 'no-stage');
    }
  }

  async #read(request: IncomingMessage): Promise<Uint8Array> {
    try {
      return await this.#bodies.read(request, { bytes: MESSAGE_BYTES });
    } catch (error) {
      if (!(error instanceof AwsError) || error.statusCode !== 413) throw error;
      const message = `Message is too large: expected at most ${MESSAGE_BYTES} bytes`;
      throw new AwsError(413, 'PayloadTooLargeException', { message }, {}, { cause: error });
    }
  }

  #authorize(
    incoming: IncomingMessage,
    body: Uint8Array,
    { stage, path }: StagedPath,
    { definition }: OpenApi,
  ): void {
    const { method = 'GET', url = '/', headers } = incoming;
    const arn = methodArn({ ...this.#scope, api: definition, stage, method, path });
    const signed = { method, path: url, headers, body };
    this.#access.signedBy({ incoming, signed }, 'execute-api:ManageConnections', arn, 'WEBSOCKET');
  }

  /** @throws AwsError 410 for one that has gone, or is another API's */
  #existing(id: string, { stage }: StagedPath, { definition }: OpenApi): GatewayConnection {
    const connection = this.#connections.get(id);
    const isHere =
      connection?.context.apiId === definition.id && connection.context.stage.name === stage.name;
    if (connection === undefined || !isHere) throw gone();
    return connection;
  }
}

function idOf(path: string): string | undefined {
  const [, id] = PATH.exec(path.replace(/^\/%40/, '/@')) ?? [];
  try {
    return id && decodeURIComponent(id);
  } catch {
    // A broken escape names no connection that there could be.
    return undefined;
  }
}

function gone(cause?: unknown): AwsError {
  return new AwsError(410, 'GoneException', { message: 'Gone' }, {}, { cause });
}

function describe({ context, lastActiveAt }: GatewayConnection): Readonly<Record<string, unknown>> {
  const { connectedAt, sourceIp, userAgent } = context;
  return {
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp, ...(userAgent === undefined ? {} : { userAgent }) },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  };
}
