import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isDiskFull } from '../disk-full.ts';
import type { Exposure } from '../server/exposure.ts';
import type { OpenRequests } from '../server/open-requests.ts';
import { AbandonedAnswers } from './abandoned-answers.ts';
import { REST_JSON } from './api-protocol.ts';
import { AwsError } from './aws-error.ts';
import type { HostDoor, Visitor } from './host-doors.ts';
import { isNavigation, refuseForeignPage } from './loopback-guard.ts';

/** Node.js drops headers above 2,000 without a word, `Authorization` among them; no client sends half as many. */
const HEADERS = 200;
/** How long a client may take to end its side of a connection that we have ended. */
const LINGER_MS = 1_000;

/**
 * What every request passes before any route, whatever its path: its form, its host, and whether a web page sent it.
 * Then those for hosts of their own go through their doors.
 */
export class FrontDoor {
  readonly #exposure: Exposure;
  readonly #open: OpenRequests;
  readonly #onDefect: (error: unknown) => void;
  readonly #doors: HostDoor[] = [];
  readonly #abandoned = new AbandonedAnswers();
  /** Asked for a WebSocket and have none yet, or were refused. Node.js does not end these when it closes, but waits. */
  readonly #upgrading = new Set<Duplex>();

  constructor(options: {
    readonly exposure: Exposure;
    readonly open: OpenRequests;
    readonly onDefect: (error: unknown) => void;
  }) {
    this.#exposure = options.exposure;
    this.#open = options.open;
    this.#onDefect = options.onDefect;
  }

  add(door: HostDoor): void {
    this.#doors.push(door);
  }

  /** @param next the API's own routes. */
  enter(
    request: IncomingMessage,
    response: ServerResponse,
    next: (request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    this.#abandoned.watch(request, response);
    const refusal = this.#refusal(request, response);
    if (refusal !== undefined) return sendAwsError(response, refusal);
    const host = this.#exposure.hosts.localName(request.headers);
    const door = this.#doorAt(host, request);
    if (door !== undefined) {
      void this.#through(door, host, request, response);
      return;
    }
    const page = forbidden(refuseForeignPage(request.headers));
    if (page === undefined) next(request, response);
    else sendAwsError(response, page);
  }

  /** Hangs up on those who asked for a WebSocket and have none. */
  close(): void {
    for (const socket of this.#upgrading) socket.destroy();
  }

  /** A request that asks for a WebSocket passes the same; what no door takes is refused. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // The client may go while it is refused.
    socket.on('error', () => undefined);
    this.#upgrading.add(socket);
    socket.once('close', () => this.#upgrading.delete(socket));
    // Stands for the handshake, and for the WebSocket: as long as that is open, it counts as a request of its caller.
    const response = new ServerResponse(request);
    const leave = (): void => void response.emit('close');
    try {
      const refusal = this.#refusal(request, response);
      if (refusal !== undefined) throw refusal;
      if (this.#open.isDraining) throw unavailable();
      const host = this.#exposure.hosts.localName(request.headers);
      const door = this.#doorAt(host, request);
      if (door?.upgrade === undefined) throw badRequest('there are no WebSockets here');
      const page = await this.#pageRefusal(door, host, request);
      if (page !== undefined) throw page;
      await door.upgrade(request, socket, head, this.#visitor(host, request));
      this.#upgrading.delete(socket);
      if (socket.destroyed) leave();
      else socket.once('close', leave);
    } catch (error) {
      if (!(error instanceof AwsError)) this.#onDefect(error);
      endWith(socket, toAwsError(error));
      leave();
    }
  }

  #refusal(request: IncomingMessage, response: ServerResponse): AwsError | undefined {
    const { hosts, addresses, limits } = this.#exposure;
    this.#open.enter(response);
    return (
      malformed(request) ??
      forbidden(hosts.refusal(request.headers)) ??
      limits?.enter(addresses.of(request), request, response)
    );
  }

  #doorAt(host: string, { url = '/' }: IncomingMessage): HostDoor | undefined {
    return this.#doors.find((door) => door.matches(host, url));
  }

  #visitor(host: string, request: IncomingMessage): Visitor {
    const { addresses, isExposed } = this.#exposure;
    return {
      host,
      sourceIp: addresses.of(request),
      isDeveloper: !isExposed && addresses.isLocal(request),
    };
  }

  /**
   * Why a page is not let in; undefined for one that is, and for what is no page.
   *
   * @returns a promise only where the door has to be asked: most requests need no turn of the event loop here
   */
  #pageRefusal(
    door: HostDoor,
    host: string,
    request: IncomingMessage,
  ): undefined | Promise<AwsError | undefined> {
    const page = forbidden(refuseForeignPage(request.headers));
    return page && this.#letsIn(door, host, request).then((isAllowed) => (isAllowed ? undefined : page));
  }

  async #letsIn(door: HostDoor, host: string, request: IncomingMessage): Promise<boolean> {
    const { headers, url = '/' } = request;
    const { hosts } = this.#exposure;
    // What anybody may reach anyway, pages may ask as on AWS: a function that answers CORS itself has no settings for it.
    const mayAsk = isNavigation(request) || hosts.isBelowDomain(headers);
    if (mayAsk && (await door.isPublic?.(host, url)) === true) return true;
    const origin = headers.origin ?? refererOrigin(headers.referer);
    if (origin === undefined) return false;
    return (await door.allowsOrigin?.(host, hosts.localOrigin(origin), url)) === true;
  }

  async #through(
    door: HostDoor,
    host: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const asked = this.#pageRefusal(door, host, request);
      const page = asked && (await asked);
      if (page !== undefined) throw page;
      await door.handle(request, response, this.#visitor(host, request));
    } catch (error) {
      if (!(error instanceof AwsError)) this.#onDefect(error);
      if (response.headersSent) response.destroy();
      else sendAwsError(response, toAwsError(error));
    }
  }
}

/**
 * Links and images of a page carry no `Origin`, and no page can write another's address into `Referer`.
 * https://fetch.spec.whatwg.org/#forbidden-request-header
 */
function refererOrigin(referer: string | undefined): string | undefined {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

function malformed({ url = '', rawHeaders }: IncomingMessage): AwsError | undefined {
  // An absolute form would name a second host. https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
  if (!url.startsWith('/')) return badRequest('expected a path as the target of the request');
  if (rawHeaders.length / 2 > HEADERS) {
    return new AwsError(431, 'RequestHeaderFieldsTooLarge', {
      message: `expected at most ${HEADERS} headers`,
    });
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  return hosts.length === 1 ? undefined : badRequest('expected one Host header');
}

function forbidden(reason: string | undefined): AwsError | undefined {
  return reason === undefined ? undefined : new AwsError(403, 'AccessDeniedException', { Message: reason });
}

function badRequest(message: string): AwsError {
  return new AwsError(400, 'BadRequestException', { message });
}

/** Of a server that ends: it would have to close a new connection at once. */
function unavailable(): AwsError {
  return new AwsError(503, 'ServiceUnavailableException', { message: 'The server is about to end.' });
}

/** What a caller sees of any failure: of a defect of ours, nothing but that there was one; of a full disk, that it is. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const Message = isDiskFull(error)
    ? 'The disk of the emulator is full, so nothing was changed: make room there, and try again.'
    : 'The emulator failed: its own output says why.';
  const internal = { Type: 'Service', Message };
  return new AwsError(500, 'ServiceException', internal, {}, { cause: error });
}

function sendAwsError(response: ServerResponse, error: AwsError): void {
  const { status, headers, body } = REST_JSON.encodeError(error);
  const bytes = Buffer.from(body ?? '');
  response
    .writeHead(status, {
      ...headers,
      'content-length': bytes.byteLength,
      'x-amzn-requestid': crypto.randomUUID(),
    })
    .end(bytes);
}

/** What is not HTTP, or not in time: https://nodejs.org/api/http.html#event-clienterror */
export function refuseMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  endWith(socket, malformedError(error.code));
}

/** An answer without a ServerResponse, the last one on its connection. */
function endWith(socket: Duplex, error: AwsError): void {
  const { status, headers, body } = REST_JSON.encodeError(error);
  const bytes = Buffer.from(body ?? '');
  const lines = Object.entries({
    ...headers,
    'content-length': bytes.byteLength,
    'x-amzn-requestid': crypto.randomUUID(),
    date: new Date().toUTCString(),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${error.type}`, ...lines, '', bytes.toString('utf8')].join('\r\n'));
  // Else a client that never ends its side would have this socket for ever, and nobody else looks after it.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer)).resume();
}

function malformedError(code: string | undefined): AwsError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AwsError(408, 'RequestTimeoutException', {
        message: 'The request was not complete in time.',
      });
    case 'HPE_HEADER_OVERFLOW':
      return new AwsError(431, 'RequestHeaderFieldsTooLarge', {
        message: 'The head of the request is too large.',
      });
    default:
      return badRequest('The request is not HTTP/1.1 as RFC 9112 has it.');
  }
}
