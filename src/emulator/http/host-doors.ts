import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Hosts that are not the API's: function URLs. A door gets every request to its hosts, whatever the method and path,
 * before any route; the body is not read yet (see `readBody`).
 */
export type HostDoor = {
  /** @param host lower case, without a port: `greet.localhost` */
  matches(host: string): boolean;
  /** Whether pages of another origin may call it, as its CORS settings say. Absent: no page may. */
  allowsOrigin?(host: string, origin: string): boolean | Promise<boolean>;
  /** Answers, or throws AwsError before it has sent anything. */
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
};
