import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestAccess } from '../identity/request-access.ts';
import type { ApiOperation, ApiService, OperationAnswer, OperationCall } from './api-operation.ts';
import { type ApiProtocol, awsJson, type EncodedAnswer, REST_JSON } from './api-protocol.ts';
import { AwsError, notImplemented } from './aws-error.ts';
import { awsQuery, queryAction } from './aws-query.ts';
import { plainBody } from './content-encoding.ts';
import { toAwsError } from './front-door.ts';
import { RestPaths } from './rest-paths.ts';

/** What a request asks for. */
type Found = {
  readonly service: ApiService;
  readonly protocol: ApiProtocol;
  /** Undefined: the service has no such operation. */
  readonly operation: ApiOperation | undefined;
  readonly name: string;
  readonly path: Readonly<Record<string, string>>;
};

const CBOR_PATH = /^\/service\/(\w{1,100})\/operation\/(\w{1,100})$/;
const FORM = 'application/x-www-form-urlencoded';
const NO_BODY = new Uint8Array();

/**
 * All services that are tables of operations, at one port: finds what a request asks for by its method and path,
 * `X-Amz-Target`, rpc-v2-cbor path or form, verifies its signature, and answers in the form of its protocol.
 */
export class ServiceRouter {
  readonly services: readonly ApiService[];
  readonly #access: RequestAccess;
  readonly #onDefect: (error: unknown) => void;
  readonly #rest: readonly { readonly service: ApiService; readonly paths: RestPaths }[];

  constructor(
    services: readonly ApiService[],
    deps: { readonly access: RequestAccess; readonly onDefect: (error: unknown) => void },
  ) {
    this.services = services;
    this.#access = deps.access;
    this.#onDefect = deps.onDefect;
    this.#rest = services
      .filter(({ target }) => target === undefined)
      .map((service) => ({ service, paths: new RestPaths(service.operations) }));
  }

  /** Answers whatever it is; what no service knows is 501, naming it. */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const requestId = crypto.randomUUID();
    let found: Found | undefined;
    let encoded: EncodedAnswer;
    try {
      found = await this.#find(request);
      encoded = await this.#carryOut(found, request, requestId);
    } catch (error) {
      if (!(error instanceof AwsError)) this.#onDefect(error);
      encoded = (found?.protocol ?? REST_JSON).encodeError(toAwsError(error));
    }
    const { status, headers, body } = encoded;
    return (
      reply
        .code(status)
        .headers({ ...headers, 'x-amzn-requestid': requestId })
        // As bytes: to the type of a text a charset would be added, which these protocols do not have.
        .send(typeof body === 'string' ? Buffer.from(body) : body)
    );
  }

  async #carryOut(
    found: Found | undefined,
    request: FastifyRequest,
    requestId: string,
  ): Promise<EncodedAnswer> {
    if (found === undefined) {
      const asked = request.headers['x-amz-target'] ?? `${request.method} ${request.url}`;
      throw notImplemented(String(asked).slice(0, 300));
    }
    const { service, protocol, operation, name, path } = found;
    const principal = this.#access.principalOf(request, service.name);
    if (operation === undefined || operation.support === 'refused' || operation.handle === undefined) {
      throw notImplemented(`${name} of ${service.title}`);
    }
    const hangUp = new AbortController();
    const closed = (): void => hangUp.abort();
    request.raw.socket.once('close', closed);
    try {
      const call: OperationCall = {
        requestId,
        principal,
        path,
        query: queryOf(request),
        headers: request.headers,
        input: protocol.decode(bodyOf(request)),
        signal: hangUp.signal,
        authorize: (action, resource) => this.#access.allow(principal, action, resource),
      };
      const answer: OperationAnswer = await operation.handle(call);
      return protocol.encode(answer);
    } finally {
      request.raw.socket.off('close', closed);
    }
  }

  async #find(request: FastifyRequest): Promise<Found | undefined> {
    const url = request.raw.url ?? '/';
    const path = url.replace(/\?.*$/s, '');
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      const [prefix = '', name = ''] = target.split('.', 2);
      const service = this.#byTarget(prefix);
      return service && named(service, name, awsJson(service.jsonVersion ?? '1.0'));
    }
    const [, prefix, name] = CBOR_PATH.exec(path) ?? [];
    if (prefix !== undefined && name !== undefined) {
      const service = this.#byTarget(prefix);
      // Loaded where it is spoken: boto3 does, for CloudWatch.
      return service && named(service, name, (await import('./rpc-cbor.ts')).RPC_CBOR);
    }
    if (path === '/' && request.headers['content-type']?.startsWith(FORM)) {
      const { action = '', version } = queryAction(bodyOf(request)) ?? {};
      const service = this.services.find(({ query }) => query !== undefined && query.version === version);
      return service?.query && named(service, action, awsQuery(service.query, action));
    }
    for (const { service, paths } of this.#rest) {
      const match = paths.find(request.method, path);
      if (match !== undefined) {
        return { service, protocol: REST_JSON, ...match, name: match.operation.name };
      }
    }
    return undefined;
  }

  #byTarget(prefix: string): ApiService | undefined {
    return this.services.find(({ target }) => target === prefix);
  }
}

function named(service: ApiService, name: string, protocol: ApiProtocol): Found {
  const operation = service.operations.find((one) => one.name === name);
  return { service, protocol, operation, name: name.slice(0, 200), path: {} };
}

function bodyOf(request: FastifyRequest): Uint8Array {
  const body = request.body instanceof Uint8Array ? request.body : NO_BODY;
  return plainBody(body, request.headers['content-encoding']);
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const question = url.indexOf('?');
  return new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
}
