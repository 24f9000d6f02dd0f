import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { REST_JSON } from './api-protocol.ts';
import { AwsError } from './aws-error.ts';
import type { HostDoor } from './host-doors.ts';
import { hostName, refuseForeignHost, refuseForeignPage } from './loopback-guard.ts';

/** Node.js drops headers above 2,000 without a word, `Authorization` among them; no client sends half as many. */
const HEADERS = 200;

/**
 * What every request passes before any route, whatever its path: its form, its host, and whether a web page sent it.
 * Then those for hosts of their own go through their doors.
 */
export class FrontDoor {
  readonly #host: string;
  readonly #onDefect: (error: unknown) => void;
  readonly #doors: HostDoor[] = [];

  /** @param options.host what `--host` named. */
  constructor(options: { readonly host: string; readonly onDefect: (error: unknown) => void }) {
    this.#host = options.host;
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
    const refusal = malformed(request) ?? forbidden(refuseForeignHost(request.headers, this.#host));
    if (refusal !== undefined) return sendAwsError(response, refusal);
    const host = hostName(request.headers.host);
    const door = this.#doors.find(({ matches }) => matches(host));
    if (door !== undefined) {
      void this.#through(door, host, request, response);
      return;
    }
    const page = forbidden(refuseForeignPage(request.headers));
    if (page === undefined) next(request, response);
    else sendAwsError(response, page);
  }

  async #through(
    door: HostDoor,
    host: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      const { origin } = request.headers;
      const page = forbidden(refuseForeignPage(request.headers));
      if (
        page !== undefined &&
        (origin === undefined || (await door.allowsOrigin?.(host, origin)) !== true)
      ) {
        throw page;
      }
      await door.handle(request, response);
    } catch (error) {
      if (!(error instanceof AwsError)) this.#onDefect(error);
      if (response.headersSent) response.destroy();
      else sendAwsError(response, toAwsError(error));
    }
  }
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

/** What a caller sees of any failure: of a defect of ours, nothing but that there was one. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const internal = { Type: 'Service', Message: 'The emulator failed: its own output says why.' };
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
  const { statusCode, type, body } = malformedError(error.code);
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${statusCode} ${type}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      `x-amzn-errortype: ${type}`,
      `x-amzn-requestid: ${crypto.randomUUID()}`,
      `date: ${new Date().toUTCString()}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
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
