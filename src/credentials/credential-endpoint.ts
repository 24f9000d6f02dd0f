import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isLlxError } from '../errors/llx-error.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { ENDPOINT_TOKEN, keepCredentialsSecret, keepSecret, redact } from './redact.ts';

export type CredentialEndpointOptions = {
  readonly providerOf: (functionArn: string) => CredentialProvider;
  /** A function's handler asked and could not be served. Said once until it is served again. */
  readonly onProblem: (functionArn: string, error: unknown) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** The AWS SDK for JavaScript gives up after 1 s, and asks four times. @default 900 */
  readonly answerWithinMs?: number;
};

type Client = {
  readonly functionArn: string;
  readonly path: string;
  readonly token: string;
  readonly source: Source;
};

/** Of one function: its workers have one identity. */
type Source = {
  readonly provider: CredentialProvider;
  /** The one that asked longest ago first. */
  readonly paths: Set<string>;
  problem: string | undefined;
};

type Answer = { readonly status: number; readonly body: Readonly<Record<string, string>> };

/** Of one function, the newest: more than ever run at once, those that drain after a reload included. */
const WORKERS = 64;

/** Of credentials that do not say when they end: the SDKs then ask again 5 minutes earlier. */
const UNKNOWN_LIFETIME_MS = 15 * 60_000;

/**
 * The container credential provider, which every AWS SDK asks by itself and again before the end:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html.
 * On a loopback port that opens with the first worker; each worker has a path and a token of its own, so that no
 * handler gets the credentials of another function, and none has a token longer than it may live.
 */
export class CredentialEndpoint {
  readonly #options: CredentialEndpointOptions;
  readonly #now: () => number;
  readonly #sources = new Map<string, Source>();
  readonly #byPath = new Map<string, Client>();
  #server: Server | undefined;
  #opening: Promise<string> | undefined;
  #closing: Promise<void> | undefined;
  /** `127.0.0.1:<port>`: what a client of ours sends as `Host`. */
  #host = '';

  constructor(options: CredentialEndpointOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What the environment of a new worker needs. */
  async environmentFor(functionArn: string): Promise<Record<string, string>> {
    const host = await this.#open();
    const { path, token } = this.#client(functionArn);
    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}${path}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    };
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // A port that is just opening would stay open.
    await this.#opening?.catch(() => {
      // Whoever waits for the port has been told.
    });
    const server = this.#server;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  #open(): Promise<string> {
    if (this.#closing)
      return Promise.reject(new Error('expected an open credential endpoint, found it closed'));
    this.#opening ??= this.#listen().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #listen(): Promise<string> {
    // Not by `import`: that loads undici, 30 ms at the start of each process.
    const { createServer } = process.getBuiltinModule('node:http');
    const server = createServer((request, response) => void this.#serve(request, response));
    // Workers are its only clients; it holds no process open that has ended its work.
    server.unref();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address');
    this.#server = server;
    this.#host = `127.0.0.1:${address.port}`;
    return this.#host;
  }

  #client(functionArn: string): Client {
    let source = this.#sources.get(functionArn);
    if (source === undefined) {
      source = { provider: this.#options.providerOf(functionArn), paths: new Set(), problem: undefined };
      this.#sources.set(functionArn, source);
    }
    const client: Client = {
      functionArn,
      path: `/${randomBytes(16).toString('base64url')}`,
      token: `${ENDPOINT_TOKEN}${randomBytes(32).toString('base64url')}`,
      source,
    };
    keepSecret(client.token);
    this.#byPath.set(client.path, client);
    this.#used(client);
    return client;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request);
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(body));
  }

  async #answer({ method, url = '', headers }: IncomingMessage): Promise<Answer> {
    // A web page can send requests to a loopback port; by DNS rebinding under a host name of its own.
    if (headers.host !== this.#host || headers.origin !== undefined) {
      return refusal(403, 'AccessDenied', `expected the Host ${this.#host} and no Origin`);
    }
    const client = this.#byPath.get(url);
    if (!client || method !== 'GET') return refusal(404, 'NotFound', 'no function has this address');
    if (headers.authorization === undefined) {
      return refusal(401, 'Unauthorized', 'expected the token of this function in the Authorization header');
    }
    if (!isSame(headers.authorization, client.token)) {
      return refusal(
        403,
        'AccessDenied',
        'the token in the Authorization header is not that of this function',
      );
    }
    return await this.#credentials(client);
  }

  #used({ path, source: { paths } }: Client): void {
    paths.delete(path);
    paths.add(path);
    const [oldest] = paths;
    if (paths.size <= WORKERS || oldest === undefined) return;
    paths.delete(oldest);
    this.#byPath.delete(oldest);
  }

  async #credentials(client: Client): Promise<Answer> {
    keepSecret(client.token);
    this.#used(client);
    const credentials = ask(client.source.provider)
      .then((given) => {
        const answer = this.#served(given);
        client.source.problem = undefined;
        return answer;
      })
      .catch((error: unknown) => this.#failed(client, error));
    const { promise: deadline, resolve } = Promise.withResolvers<Answer>();
    const late = refusal(503, 'NotReady', 'the credentials are still being fetched: ask again in a second');
    const timer = setTimeout(() => resolve(late), this.#options.answerWithinMs ?? 900);
    return await Promise.race([credentials, deadline]).finally(() => clearTimeout(timer));
  }

  #served(credentials: AwsCredentials): Answer {
    keepCredentialsSecret(credentials);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
    const expiration = credentials.expiration ?? new Date(this.#now() + UNKNOWN_LIFETIME_MS);
    const body = {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      // Some SDKs take no fractions of a second.
      Expiration: expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
    };
    return { status: 200, body };
  }

  #failed(client: Client, error: unknown): Answer {
    const code = isLlxError(error) ? error.code : error instanceof Error ? error.name : 'Error';
    const text = redact(error instanceof Error ? error.message : String(error));
    if (client.source.problem !== text) {
      client.source.problem = text;
      this.#options.onProblem(client.functionArn, error);
    }
    // Of the AWS SDK for JavaScript's answers only those of 400 to 499 keep code and message.
    return refusal(400, code, isLlxError(error) ? `${text} ${error.mend}` : text);
  }
}

/** A rejection, also for what is thrown at once. */
async function ask(provider: CredentialProvider): Promise<AwsCredentials> {
  return await provider();
}

/** `Code` and `Message` are the names that the SDKs read. */
function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { Code: code, Message: message } };
}

/** Takes the same time wherever they differ. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
