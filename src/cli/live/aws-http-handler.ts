import type { ClientRequest } from 'node:http';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpsProxyAgent } from 'https-proxy-agent';

const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 10_000 } as const;

type Handle = NodeHttpHandler['handle'];

/** The proxy for a URL, itself `http://[user:password@]host:port`; undefined where the way is direct. */
export type ProxyOf = (url: string) => string | undefined;

/** A proxy that gives no tunnel. */
class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal';
  readonly code: string;

  constructor(proxy: string, status: number) {
    // Without the login that may stand in the URL.
    super(`the proxy ${new URL(proxy).host} refused the tunnel (HTTP ${status})`);
    this.code = status === 407 ? 'PROXY_LOGIN' : 'PROXY_REFUSED';
  }
}

/** What carries the requests of all AWS clients: bounded, and through a proxy where there is one. */
export class AwsHttpHandler extends NodeHttpHandler {
  readonly #proxyOf: ProxyOf;
  /** By the proxy's URL: NO_PROXY may send one endpoint through it and not another. */
  readonly #proxied = new Map<string, NodeHttpHandler>();

  /** `ca`: PEM, for what is reached directly. A proxy's own authority comes by NODE_EXTRA_CA_CERTS. */
  constructor(proxyOf: ProxyOf, { ca }: { readonly ca?: string } = {}) {
    super(ca === undefined ? TIMEOUTS : { ...TIMEOUTS, httpsAgent: { ca, keepAlive: true } });
    this.#proxyOf = proxyOf;
  }

  override handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const port = request.port === undefined ? '' : `:${request.port}`;
    const proxy = this.#proxyOf(`${request.protocol}//${request.hostname}${port}/`);
    return proxy === undefined
      ? super.handle(request, options)
      : this.#through(proxy).handle(request, options);
  }

  /** The instant at which an endpoint says it answered. Needs no credentials: error answers carry it too. */
  async dateOf(endpoint: string, signal?: AbortSignal): Promise<Date> {
    const { protocol, hostname, port } = new URL(endpoint);
    const request = new HttpRequest({
      protocol,
      hostname,
      path: '/',
      headers: { host: port === '' ? hostname : `${hostname}:${port}` },
      ...(port === '' ? {} : { port: Number(port) }),
    });
    const { response } = await this.handle(request, signal === undefined ? {} : { abortSignal: signal });
    const date = new Date(response.headers.date ?? '');
    // Unread, it would keep its socket from every later request.
    response.body?.resume?.();
    if (Number.isNaN(date.getTime())) throw new Error(`expected a Date header from ${endpoint}, found none`);
    return date;
  }

  override destroy(): void {
    for (const handler of this.#proxied.values()) handler.destroy();
    this.#proxied.clear();
    super.destroy();
  }

  #through(proxy: string): NodeHttpHandler {
    const existing = this.#proxied.get(proxy);
    if (existing !== undefined) return existing;
    const agent = new HttpsProxyAgent(proxy);
    // The agent gives the proxy's refusal as if it were the endpoint's answer: unknown to every client of AWS.
    agent.on('proxyConnect', ({ statusCode }: { statusCode: number }, request: ClientRequest) => {
      if (statusCode !== 200) request.destroy(new ProxyRefusal(proxy, statusCode));
    });
    const handler = new NodeHttpHandler({ ...TIMEOUTS, httpsAgent: agent });
    this.#proxied.set(proxy, handler);
    return handler;
  }
}
