import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';

// Not by `import`, nor by `fetch`: both load undici, 30 ms at the start of each process. Its `fetch` also gives up after
// 300 s without headers, and a function may take 900 s.
const { request } = process.getBuiltinModule('node:http');

export type HttpRequest = {
  /** @default GET */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What is read of the answer's body at most. @default 1 MiB */
  readonly limitBytes?: number;
  /** Keeps connections for those who ask often. @default one for each request */
  readonly agent?: Agent | undefined;
  /** The deadline: there is no other. */
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As text. */
  readonly body: string;
  readonly bytes: Uint8Array;
};

/**
 * A request to an emulator's HTTP API: on this machine it speaks plain HTTP, as a server it has TLS in front. Rejects when
 * there is no complete answer; any status is an answer.
 */
export function httpRequest(
  url: string,
  { method = 'GET', headers = {}, body, limitBytes = 1024 * 1024, agent, signal }: HttpRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const call = callerOf(url, agent)({ method, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > limitBytes) response.destroy(new RangeError(`expected at most ${limitBytes} bytes`));
      });
      response.once('error', reject);
      response.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, body: bytes.toString('utf8'), bytes });
      });
    });
    call.once('error', reject);
    call.end(body);
  });
}

type Caller = (
  options: Pick<RequestOptions, 'method' | 'headers' | 'signal'>,
  onResponse: (response: IncomingMessage) => void,
) => ClientRequest;

function callerOf(url: string, agent: Agent | undefined): Caller {
  if (new URL(url).protocol !== 'https:') {
    return (options, onResponse) => request(url, { ...options, agent: agent ?? false }, onResponse);
  }
  // TLS takes 10 ms to load: only for whom it is there.
  const https = process.getBuiltinModule('node:https');
  // An agent of plain HTTP refuses it.
  const own = agent instanceof https.Agent ? agent : false;
  return (options, onResponse) => https.request(url, { ...options, agent: own }, onResponse);
}
