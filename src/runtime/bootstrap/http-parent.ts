import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { END_MARK } from '../channel/end-marks.ts';
import { LLX_HEADERS } from '../channel/llx-headers.ts';
import { encodeTelemetryRecord } from '../channel/telemetry-log.ts';
import type { AnswerFacts, FailureFacts, InvokeCommand, LoadFacts } from '../channel/worker-message.ts';
import type { FixedValues } from '../invocation.ts';
import type { Parent } from './parent.ts';
import { writeFully } from './pipe-writer.ts';

type Http = typeof import('node:http');

const PREFIX = '/2018-06-01/runtime';

/** The parent, behind a Lambda Runtime API: what every other language has. */
export class HttpParent implements Parent {
  readonly #http: Http;
  readonly #address: { readonly host: string; readonly port: number };
  readonly #logDescriptor: number | undefined;
  readonly #onInvoke: (command: InvokeCommand, event: Uint8Array) => void;
  readonly #agent: InstanceType<Http['Agent']>;
  #requestId = '';
  #stream: ClientRequest | undefined;

  /** @param logDescriptor takes log records; undefined: they are lines of stdout and stderr. */
  constructor(
    http: Http,
    runtimeApi: string,
    logDescriptor: number | undefined,
    onInvoke: (command: InvokeCommand, event: Uint8Array) => void,
  ) {
    const { hostname, port } = new URL(`http://${runtimeApi}`);
    this.#http = http;
    this.#address = { host: hostname, port: Number(port) };
    this.#logDescriptor = logDescriptor;
    this.#onInvoke = onInvoke;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  ready({ initMs, streaming }: LoadFacts): void {
    void this.#next({ [LLX_HEADERS.initMs]: String(initMs), [LLX_HEADERS.streaming]: String(streaming) });
  }

  async loadFailed(errorType: string, payload: string | Uint8Array): Promise<void> {
    await this.#post(`${PREFIX}/init/error`, payload, { 'Lambda-Runtime-Function-Error-Type': errorType });
  }

  record(stream: 'stdout' | 'stderr', text: string): void {
    if (this.#logDescriptor !== undefined) {
      writeFully(this.#logDescriptor, encodeTelemetryRecord({ stream, text }));
      return;
    }
    // A record is one line, as AWS's runtime client writes it: its line ends are carriage returns.
    this.text(stream, `${text.replace(/\n$/, '').replaceAll('\n', '\r')}\n`);
  }

  text(stream: 'stdout' | 'stderr', text: string): void {
    writeFully(stream === 'stdout' ? 1 : 2, Buffer.from(text));
  }

  answer(json: string): void {
    this.#endLog();
    void this.#post(`${this.#path()}/response`, json, {}).then(() => this.#next());
  }

  async fail({ errorType, fatal }: FailureFacts, payload: string | Uint8Array): Promise<void> {
    this.#endLog();
    if (this.#stream) {
      this.#stream.addTrailers({
        'Lambda-Runtime-Function-Error-Type': errorType,
        'Lambda-Runtime-Function-Error-Body': Buffer.from(payload).toString('base64'),
      });
      await this.#endStream(this.#stream);
    } else {
      const headers = { 'Lambda-Runtime-Function-Error-Type': errorType };
      await this.#post(
        `${this.#path()}/error`,
        payload,
        fatal ? { ...headers, [LLX_HEADERS.fatal]: 'true' } : headers,
      );
    }
    if (!fatal) void this.#next();
  }

  openStream(contentType: string): void {
    this.#stream = this.#request('POST', `${this.#path()}/response`, {
      'Content-Type': contentType,
      'Transfer-Encoding': 'chunked',
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
  }

  chunk(bytes: Uint8Array, callback: () => void): void {
    this.#stream?.write(bytes, callback);
  }

  endStream(_facts: AnswerFacts | undefined): void {
    this.#endLog();
    if (this.#stream) void this.#endStream(this.#stream).then(() => this.#next());
  }

  /** A `next` that waits keeps the process alive by itself, and there is none while a handler runs. */
  holdOpen(): void {}

  async #next(headers: OutgoingHttpHeaders = {}): Promise<void> {
    const request = this.#request('GET', `${PREFIX}/invocation/next`, headers);
    request.end();
    const response = await responseOf(request);
    const event = await bodyOf(response);
    const command = commandOf(response);
    this.#requestId = command.requestId;
    this.#onInvoke(command, event);
  }

  /** Lines may arrive after the answer where they do not go through a pipe to llx. */
  #endLog(): void {
    if (this.#logDescriptor !== undefined) return;
    for (const descriptor of [1, 2]) writeFully(descriptor, Buffer.from(END_MARK));
  }

  #path(): string {
    return `${PREFIX}/invocation/${encodeURIComponent(this.#requestId)}`;
  }

  async #endStream(stream: ClientRequest): Promise<void> {
    this.#stream = undefined;
    const response = responseOf(stream);
    stream.end();
    await bodyOf(await response);
  }

  async #post(path: string, payload: string | Uint8Array, headers: OutgoingHttpHeaders): Promise<void> {
    const bytes = Buffer.from(payload);
    const request = this.#request('POST', path, {
      'Content-Type': 'application/json',
      'Content-Length': bytes.byteLength,
      ...headers,
    });
    request.end(bytes);
    await bodyOf(await responseOf(request));
  }

  #request(method: string, path: string, headers: OutgoingHttpHeaders): ClientRequest {
    const request = this.#http.request({ ...this.#address, method, path, headers, agent: this.#agent });
    // The Runtime API is llx itself, in the parent: without it there is nothing left to do.
    request.on('error', () => process.exit(1));
    return request;
  }
}

function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve) => request.once('response', resolve));
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function commandOf({ headers }: IncomingMessage): InvokeCommand {
  const text = (name: string): string | undefined => headers[`lambda-runtime-${name}`]?.toString();
  const json = (name: string): unknown => JSON.parse(text(name) ?? 'null') ?? undefined;
  const traceId = text('trace-id');
  const fixed = headers[LLX_HEADERS.fixed]?.toString();
  return {
    requestId: text('aws-request-id') ?? '',
    invokedFunctionArn: text('invoked-function-arn') ?? '',
    deadlineMs: Number(text('deadline-ms')),
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    clientContext: json('client-context'),
    identity: json('cognito-identity'),
    ...(traceId === undefined ? {} : { traceId }),
    ...(fixed === undefined ? {} : { fixed: JSON.parse(fixed) as FixedValues }),
  };
}
