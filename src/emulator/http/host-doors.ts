import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Hosts that are not the API's: function URLs, APIs of the gateway. A door gets every request to its hosts, whatever the
 * method and path, before any route; the body is not read yet (see `readBody`).
 */
export type HostDoor = {
  /**
   * @param host lower case, without a port: `greet.localhost`, also where the request named `greet.example.org`
   * @param target path and query, for what not every client can say by a host
   */
  matches(host: string, target: string): boolean;
  /** Whether pages of another origin may call it, as its CORS settings say. Absent: no page may. */
  allowsOrigin?(host: string, origin: string, target: string): boolean | Promise<boolean>;
  /**
   * Whether it is there for browsers: links of any page lead to it (`isNavigation`), and below the domain of a server any
   * page may call it. Absent: nothing is.
   */
  isPublic?(host: string, target: string): boolean | Promise<boolean>;
  /** Answers, or throws AwsError before it has sent anything. */
  handle(request: IncomingMessage, response: ServerResponse, visitor: Visitor): void | Promise<void>;
  /**
   * A request that asks for a WebSocket; absent: there are none here. Takes the socket, or throws AwsError before it has
   * sent anything.
   */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void | Promise<void>;
};

/** Whom a request comes from, and where it goes. */
export type Visitor = {
  /** As `matches` had it. */
  readonly host: string;
  /** Of the client, behind proxies that are trusted. */
  readonly sourceIp: string;
  /** A program on this machine, where nobody else can reach the emulator. */
  readonly isDeveloper: boolean;
};
