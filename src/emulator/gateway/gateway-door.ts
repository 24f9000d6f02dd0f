import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AwsError } from '../http/aws-error.ts';
import type { HostDoor, Visitor } from '../http/host-doors.ts';
import { isLoopbackOrigin } from '../http/loopback-guard.ts';
import { type GatewayAddress, parseGatewayAddress } from './gateway-address.ts';
import type { GatewayApis, OpenApi } from './gateway-apis.ts';
import { corsAllows, mockedCors } from './gateway-cors.ts';
import { gatewayError } from './gateway-errors.ts';
import type { HttpGateway } from './http-gateway.ts';
import type { WebSocketGateway } from './websocket/websocket-gateway.ts';

/** Requests to the hosts of APIs. */
export class GatewayDoor implements Required<Omit<HostDoor, 'matches'>> {
  readonly #apis: GatewayApis;
  readonly #region: string;
  readonly #http: HttpGateway;
  readonly #webSockets: WebSocketGateway;

  constructor(options: {
    readonly apis: GatewayApis;
    readonly region: string;
    readonly http: HttpGateway;
    readonly webSockets: WebSocketGateway;
  }) {
    this.#apis = options.apis;
    this.#region = options.region;
    this.#http = options.http;
    this.#webSockets = options.webSockets;
  }

  /** What the API's CORS settings say; beside them, pages that come from this machine are the developer's own. */
  allowsOrigin(host: string, origin: string, target: string): boolean {
    if (isLoopbackOrigin(origin)) return true;
    const definition = this.#find(host, target)?.api.definition;
    const cors = definition && (definition.cors ?? mockedCors(definition));
    return cors !== undefined && corsAllows(cors, origin);
  }

  /** Not below the path, where a page is of the origin of AWS's API: what it reflects of a link would act there. */
  isPublic(host: string, target: string): boolean {
    return this.#find(host, target)?.address.prefix === '';
  }

  /** Rejects with AwsError before anything is sent. */
  async handle(request: IncomingMessage, response: ServerResponse, visitor: Visitor): Promise<void> {
    const { api, address } = this.#existing(request, visitor);
    if (api.definition.protocol === 'WEBSOCKET') {
      await this.#webSockets.handle(request, response, { api, address });
    } else {
      await this.#http.handle(request, response, { api, address, sourceIp: visitor.sourceIp });
    }
  }

  /** Rejects with AwsError before anything is sent. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): Promise<void> {
    const { api, address } = this.#existing(request, visitor);
    if (api.definition.protocol !== 'WEBSOCKET') {
      throw new AwsError(400, 'BadRequestException', { message: 'This API has no WebSockets.' });
    }
    await this.#webSockets.connect(request, socket, head, { api, address, sourceIp: visitor.sourceIp });
  }

  /** @throws AwsError 404 */
  #existing({ url = '/' }: IncomingMessage, { host }: Visitor): Found {
    const found = this.#find(host, url);
    if (found === undefined) throw gatewayError('HTTP', 'no-api');
    return found;
  }

  #find(host: string, target: string): Found | undefined {
    const address = parseGatewayAddress(host, target);
    if (address === undefined || (address.region ?? this.#region) !== this.#region) return undefined;
    const api = this.#apis.find(address.api);
    return api && { api, address };
  }
}

type Found = { readonly api: OpenApi; readonly address: GatewayAddress };
