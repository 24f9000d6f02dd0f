// Not by `import`, nor by `fetch`: both load undici, 30 ms at the start of each process.
const { request } = process.getBuiltinModule('node:http');

/** What is read of an answer at most. */
const LIMIT_BYTES = 1024 * 1024;

/** A GET of the emulator's own HTTP API, which speaks plain HTTP on a loopback address. */
export function httpGet(
  url: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LIMIT_BYTES) response.destroy(new RangeError(`expected at most ${LIMIT_BYTES} bytes`));
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.once('error', reject);
    call.end();
  });
}
