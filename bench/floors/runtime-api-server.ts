/**
 * The floor of every Lambda emulator: an HTTP server that hands each request to one child process over Lambda's
 * Runtime API, and nothing else. Prints its port; the children are the processes that POST back.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';

type Call = { readonly id: string; readonly body: Buffer; readonly response: ServerResponse };

const workers = Number(process.argv[2] ?? 1);
const waiting: ServerResponse[] = [];
const queue: Call[] = [];
const running = new Map<string, ServerResponse>();
let count = 0;

function pump(): void {
  while (waiting.length > 0 && queue.length > 0) {
    const poll = waiting.shift();
    const call = queue.shift();
    if (poll === undefined || call === undefined) return;
    running.set(call.id, call.response);
    poll.writeHead(200, { 'Lambda-Runtime-Aws-Request-Id': call.id, 'Content-Length': call.body.length });
    poll.end(call.body);
  }
}

function read(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks)));
}

const server = createServer((request, response) => {
  request.socket.setNoDelay(true);
  if (request.method === 'GET') {
    waiting.push(response);
    pump();
    return;
  }
  read(request, (body) => {
    const id = /\/invocation\/([^/]+)\/response$/.exec(request.url ?? '')?.[1];
    if (id === undefined) {
      queue.push({ id: String(++count), body, response });
      pump();
      return;
    }
    response.writeHead(202, { 'Content-Length': 0 });
    response.end();
    const caller = running.get(id);
    running.delete(id);
    caller?.writeHead(200, { 'Content-Length': body.length });
    caller?.end(body);
  });
});
server.keepAliveTimeout = 60_000;

const children: ChildProcess[] = [];
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  const worker = fileURLToPath(new URL('./runtime-api-worker.ts', import.meta.url));
  for (let n = 0; n < workers; n++) {
    children.push(spawn(process.execPath, [worker, String(address.port)], { stdio: 'inherit' }));
  }
  process.stdout.write(`${address.port}\n`);
});
process.on('SIGTERM', () => {
  for (const child of children) child.kill();
  process.exit(0);
});
