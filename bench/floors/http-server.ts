/**
 * The floor of an HTTP gateway: Node.js's own server, which runs the handler in its own process; one process on each
 * core. Prints its port. `http-server.ts <handler file> [processes]`
 */
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';

const [, , handlerFile = '', processes = String(availableParallelism())] = process.argv;

if (cluster.isPrimary) {
  for (let count = 0; count < Number(processes); count++) cluster.fork();
  let ready = 0;
  cluster.on('listening', (_, { port }) => {
    ready += 1;
    if (ready === Number(processes)) console.log(port);
  });
} else {
  const { handler } = await import(pathToFileURL(handlerFile).href);
  const server = createServer(async (request, response) => {
    const { statusCode, headers, body } = await handler({ rawPath: request.url, headers: request.headers });
    response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
}
