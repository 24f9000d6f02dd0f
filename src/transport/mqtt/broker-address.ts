import { isIP } from 'node:net';

const PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

export type BrokerScheme = keyof typeof PORTS;

export type BrokerAddress = {
  readonly scheme: BrokerScheme;
  readonly host: string;
  readonly port: number;
  /** Of a WebSocket, with its query. */
  readonly path: string;
  /** For TLS: names are checked, and sent as SNI; an IP address must not be. */
  readonly servername: string | undefined;
  /** For people: without credentials and query, which may be secrets. */
  readonly shown: string;
};

/** Reads `mqtt://`, `mqtts://`, `ws://` and `wss://` URLs; throws a TypeError for any other. */
export function parseBrokerUrl(url: string): BrokerAddress {
  const { protocol, hostname, port, pathname, search, host: shownHost } = new URL(url);
  const scheme = protocol.slice(0, -1);
  if (!isScheme(scheme)) throw new TypeError(`expected mqtt:, mqtts:, ws: or wss:, got ${protocol}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    scheme,
    host,
    port: port === '' ? PORTS[scheme] : Number(port),
    path: `${pathname}${search}`,
    servername: isIP(host) === 0 ? host : undefined,
    shown: `${protocol}//${shownHost}`,
  };
}

function isScheme(text: string): text is BrokerScheme {
  return Object.hasOwn(PORTS, text);
}
