import { Agent, request } from 'node:http';

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
          headers: { 'content-type': 'application/octet-stream', 'content-length': body.length },
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

export function functionPath(name: string): string {
  return `/2015-03-31/functions/${name}/invocations`;
}
