/** The child of the floor: polls, parses the event, answers it. */
import { Agent, request } from 'node:http';

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const base = '/2018-06-01/runtime/invocation';

function call(
  method: string,
  path: string,
  body?: Buffer,
): Promise<{ readonly id: string; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': body.length };
    const sent = request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          id: String(response.headers['lambda-runtime-aws-request-id']),
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    sent.setNoDelay(true);
    sent.end(body);
  });
}

for (;;) {
  const { id, body } = await call('GET', `${base}/next`);
  const event: unknown = JSON.parse(body.toString('utf8'));
  await call('POST', `${base}/${id}/response`, Buffer.from(JSON.stringify(event)));
}
