import { Agent, request } from 'node:http';
import { DEVELOPMENT_KEY } from '../src/signature/development-key.ts';
import { signRequest } from '../src/signature/sign-request.ts';

export type Invoke = (body: Uint8Array) => Promise<Buffer>;

/**
 * A keep-alive client over plain `node:http`, the same for every server that is measured: an SDK's own half
 * millisecond would hide the differences. Throws when the answer is not 200, or a function error.
 */
export function invoker(endpoint: string, path: string): { readonly invoke: Invoke; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const url = new URL(path, endpoint);
  const invoke: Invoke = (body) =>
    new Promise((resolve, reject) => {
      const call = request(
        url,
        {
          method: 'POST',
          agent,
          headers: { ...TYPE, 'content-length': body.length, ...signatureOf(url, body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks);
            const failed =
              response.statusCode !== 200 || response.headers['x-amz-function-error'] !== undefined;
            if (failed) reject(new Error(`${response.statusCode}: ${answer.toString('utf8', 0, 300)}`));
            else resolve(answer);
          });
        },
      );
      call.on('error', reject);
      call.setNoDelay(true);
      call.end(body);
    });
  return { invoke, close: () => agent.destroy() };
}

const TYPE = { 'content-type': 'application/octet-stream' } as const;
/** AWS takes a signature again for five minutes and more. */
const GOOD_MS = 240_000;
const signatures = new WeakMap<Uint8Array, Map<string, Signature>>();
type Signature = { readonly madeAt: number; readonly headers: Readonly<Record<string, string>> };

/** Made once for each body: what a caller spends on its signature is not the server's. */
function signatureOf(url: URL, body: Uint8Array): Readonly<Record<string, string>> {
  const known = signatures.get(body) ?? new Map<string, Signature>();
  signatures.set(body, known);
  const last = known.get(url.href);
  const now = Date.now();
  if (last !== undefined && now - last.madeAt < GOOD_MS) return last.headers;
  const scope = { service: 'lambda', region: 'us-east-1', credentials: DEVELOPMENT_KEY };
  const headers = signRequest({ method: 'POST', url: url.href, headers: TYPE, body, ...scope });
  known.set(url.href, { madeAt: now, headers });
  return headers;
}

export function functionPath(name: string): string {
  return `/2015-03-31/functions/${name}/invocations`;
}
