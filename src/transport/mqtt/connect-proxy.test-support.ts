import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export type ConnectProxy = {
  /** `http://…`, without credentials. */
  readonly url: string;
  /** The authorities that were asked for. */
  readonly asked: string[];
  close(): Promise<void>;
};

/** An HTTP proxy that knows nothing but CONNECT; with `login` (`user:password`) only for who knows that. */
export async function startConnectProxy(login?: string): Promise<ConnectProxy> {
  const asked: string[] = [];
  const open = new Set<Duplex>();
  const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer();
  server.on('connect', (request, client: Duplex, head: Buffer) => {
    asked.push(request.url ?? '');
    client.on('error', () => undefined);
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
    for (const end of [client, target]) {
      open.add(end);
      end.once('close', () => {
        open.delete(end);
        client.destroy();
        target.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      for (const end of open) end.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
