import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmulatorClock } from '../emulator-clock.ts';
import { AwsError } from '../http/aws-error.ts';
import type { RequestBodies } from '../http/request-body.ts';
import { sendAnswer } from '../http/send-answer.ts';
import { isPreflight } from '../lambda/urls/url-cors.ts';
import type { GatewayIntegration } from './api-definition.ts';
import { authorizerEvent } from './authorizer-event.ts';
import { eventV1 } from './event-v1.ts';
import { eventV2 } from './event-v2.ts';
import type { GatewayAccess } from './gateway-access.ts';
import type { GatewayAddress } from './gateway-address.ts';
import { type GatewayAnswer, gatewayAnswer } from './gateway-answer.ts';
import type { OpenApi } from './gateway-apis.ts';
import { corsAnswerHeaders, corsPreflightHeaders } from './gateway-cors.ts';
import { gatewayError } from './gateway-errors.ts';
import type { GatewayFunctions } from './gateway-functions.ts';
import { type AuthorizerResult, type GatewayRequest, methodArn } from './gateway-request.ts';
import { type StagedPath, stageOf } from './gateway-stage.ts';
import type { RouteMatch } from './route-table.ts';

export type HttpGatewayOptions = {
  readonly scope: { readonly account: string; readonly region: string };
  readonly functions: GatewayFunctions;
  readonly access: GatewayAccess;
  readonly bodies: RequestBodies;
  readonly clock: EmulatorClock;
};

/** What a request is for, and whom it comes from. */
export type GatewayTarget = {
  readonly address: GatewayAddress;
  readonly api: OpenApi;
  readonly sourceIp: string;
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_BYTES = 10 * 1024 * 1024;
const LONGEST_MS = { HTTP: 30_000, REST: 29_000 } as const;

/** Requests to HTTP and REST APIs: finds the route, asks who may, invokes the function, and answers. */
export class HttpGateway {
  readonly #options: HttpGatewayOptions;

  constructor(options: HttpGatewayOptions) {
    this.#options = options;
  }

  /** Rejects with AwsError before anything is sent. */
  async handle(
    incoming: IncomingMessage,
    response: ServerResponse,
    { address, api, sourceIp }: GatewayTarget,
  ): Promise<void> {
    const { definition } = api;
    const { origin } = incoming.headers;
    const { cors } = definition;
    if (cors !== undefined && origin !== undefined && isPreflight(incoming.method, incoming.headers)) {
      // Its body says nothing.
      incoming.resume();
      response.writeHead(204, corsPreflightHeaders(cors, origin)).end();
      return;
    }
    const requestId = randomUUID();
    const own = {
      ...(definition.protocol === 'HTTP'
        ? { 'apigw-requestid': requestId }
        : { 'x-amzn-requestid': requestId }),
      ...(cors === undefined ? {} : corsAnswerHeaders(cors, origin)),
    };
    try {
      const answer = await this.#answer(incoming, { address, api, sourceIp }, requestId);
      sendAnswer(response, cors === undefined ? answer : withoutCors(answer), own);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(
        error.statusCode,
        error.type,
        error.body,
        { ...error.headers, ...own },
        { cause: error },
      );
    }
  }

  async #answer(
    incoming: IncomingMessage,
    { address, api: { definition, routes }, sourceIp }: GatewayTarget,
    requestId: string,
  ): Promise<GatewayAnswer> {
    const { protocol } = definition;
    const staged = stageOf(definition, address.path);
    if (staged === undefined) throw gatewayError(protocol, 'no-stage');
    const match = routes.find(incoming.method ?? 'GET', staged.path);
    if (match === undefined) throw gatewayError(protocol, 'no-route');
    const body = await this.#read(incoming, protocol);
    const request = this.#requestOf({
      incoming,
      address,
      definition,
      sourceIp,
      staged,
      match,
      body,
      requestId,
    });
    const authorizer = await this.#authorize(request, incoming, match);
    const { integration } = match.route;
    if (integration === undefined) throw gatewayError(protocol, 'bad-answer');
    if (integration.type === 'mock') {
      return { status: integration.status, headers: integration.headers, body: new Uint8Array() };
    }
    return await this.#invoke(authorizer === undefined ? request : { ...request, authorizer }, integration);
  }

  async #read(incoming: IncomingMessage, protocol: 'HTTP' | 'REST' | 'WEBSOCKET'): Promise<Uint8Array> {
    try {
      return await this.#options.bodies.read(incoming, { bytes: BODY_BYTES });
    } catch (error) {
      const isTooLarge = error instanceof AwsError && error.statusCode === 413;
      throw isTooLarge ? gatewayError(protocol, 'too-large', error) : error;
    }
  }

  #requestOf(parts: {
    readonly incoming: IncomingMessage;
    readonly address: GatewayAddress;
    readonly definition: OpenApi['definition'];
    readonly sourceIp: string;
    readonly staged: StagedPath;
    readonly match: RouteMatch;
    readonly body: Uint8Array;
    readonly requestId: string;
  }): GatewayRequest {
    const { incoming, address, definition, staged, match } = parts;
    const { method = 'GET', url: target = '/', headers, rawHeaders, socket } = incoming;
    const question = target.indexOf('?');
    const trace = headers['x-amzn-trace-id'];
    return {
      ...this.#options.scope,
      method,
      target,
      headers,
      rawHeaders,
      body: parts.body,
      api: definition,
      stage: staged.stage,
      wholePath: definition.protocol === 'HTTP' ? decodedPath(address.path) : address.path,
      path: staged.path,
      rawQueryString: question < 0 ? '' : target.slice(question + 1),
      routeKey: match.route.key,
      resourcePath: match.resourcePath,
      pathParameters: match.pathParameters,
      domainName: `${headers.host ?? ''}${address.prefix}`,
      sourceIp: parts.sourceIp,
      port: socket.localPort ?? 0,
      requestId: parts.requestId,
      at: this.#options.clock.now(),
      traceId: typeof trace === 'string' ? trace : this.#options.functions.newTrace(),
    };
  }

  #authorize(
    request: GatewayRequest,
    incoming: IncomingMessage,
    { route: { authorization } }: RouteMatch,
  ): Promise<AuthorizerResult | undefined> | undefined {
    if (authorization.type === 'NONE') return undefined;
    const { api, headers, body, stage, traceId } = request;
    return this.#options.access.authorize(authorization, {
      protocol: api.protocol,
      arn: methodArn(request),
      incoming,
      signed: { method: request.method, path: incoming.url ?? '/', headers, body },
      sources: {
        headers,
        query: new URLSearchParams(request.rawQueryString),
        stageVariables: stage.variables ?? {},
        context: eventV2(request).requestContext,
      },
      traceId,
      eventOf: (values) =>
        authorization.type === 'CUSTOM' ? authorizerEvent(authorization.authorizer, request, values) : {},
    });
  }

  async #invoke(
    request: GatewayRequest,
    { target, payloadFormat, timeoutMs }: Extract<GatewayIntegration, { readonly type: 'lambda' }>,
  ): Promise<GatewayAnswer> {
    const { api, stage, traceId } = request;
    const { protocol } = api;
    const outcome = await this.#options.functions.invoke({
      target,
      stageVariables: stage.variables ?? {},
      event: payloadFormat === '2.0' ? eventV2(request) : eventV1(request),
      traceId,
      timeoutMs: timeoutMs ?? LONGEST_MS[protocol === 'HTTP' ? 'HTTP' : 'REST'],
    });
    if (outcome.type === 'failed') throw gatewayError(protocol, 'bad-answer');
    if (outcome.type !== 'succeeded') throw gatewayError(protocol, outcome.type);
    const answer = gatewayAnswer(outcome.payload, {
      protocol,
      payloadFormat,
      binaryMediaTypes: api.binaryMediaTypes ?? [],
      accept: request.headers.accept,
    });
    if (answer === undefined) throw gatewayError(protocol, 'bad-answer');
    return answer;
  }
}

/**
 * An HTTP API decodes what it calls `rawPath`, and the `path` of format 1.0:
 * https://github.com/honojs/hono/issues/2156
 */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A broken escape stays as it is.
    return path;
  }
}

/** Where the API itself has CORS settings, what a function says of it is left out. */
function withoutCors(answer: GatewayAnswer): GatewayAnswer {
  const headers = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: Object.fromEntries(headers) };
}
