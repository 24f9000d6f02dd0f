import type { DropCounter } from '../protocol/drops.ts';

/**
 * A connection to an MQTT broker, as the stub and the session need it. Each implementation passes
 * `transport.contract.ts`.
 */

export type QualityOfService = 0 | 1;

export type TransportMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Delivered because of a subscribe, not because somebody published just now. */
  readonly retained: boolean;
};

export type PublishOptions = {
  /** @default 0 */
  readonly qos?: QualityOfService;
  /** @default false */
  readonly retain?: boolean;
  /** Takes it back as long as it waits for quotas: then it rejects with the reason. What has left, has left. */
  readonly signal?: AbortSignal;
};

export type Will = { readonly topic: string; readonly payload: Uint8Array; readonly retain: boolean };

export type ConnectionState =
  /** `attempt` counts from 1 since the last time it was connected; `cause`: why it is not. */
  | { readonly status: 'connecting'; readonly attempt: number; readonly cause?: unknown }
  /**
   * `connection` counts from 1; a reconnected transport has subscribed again what was subscribed, and delivers
   * what that brings after this.
   */
  | { readonly status: 'connected'; readonly connection: number }
  | { readonly status: 'closed' };

export type ConnectOptions = {
  /** Asked at every attempt: IoT Core takes one CONNECT a second per client id, so a reconnect uses a new one. */
  readonly clientId: (connection: number) => string;
  /** Asked at every attempt: a will carries the number of the connection it belongs to. */
  readonly will?: (connection: number) => Will;
  readonly keepAliveSeconds: number;
  /** How long one attempt may take. */
  readonly connectTimeoutMs: number;
  /**
   * Pause after attempt `n` (from 1) of a reconnect has failed, or undefined to give up. A connection that ends within
   * its first second counts as a failed attempt when the one before did so too. @default exponential with jitter
   */
  readonly backoffMs?: (attempt: number) => number | undefined;
  /** Ends waiting and closes. */
  readonly signal?: AbortSignal;
  /** Sockets and timers keep no process alive. @default false */
  readonly unref?: boolean;
  /** Counts what arrives after the end of its connection, as `connection-closed`. */
  readonly drops?: DropCounter;
};

export interface Transport {
  readonly state: ConnectionState;
  /** Of several connections the one that has the will and carries what is retained. @default state */
  readonly controlState?: ConnectionState;
  /**
   * QoS 0: resolves when the bytes were handed to the socket. QoS 1: when the broker acknowledged.
   * Rejects with a TransportError when closed, or when the connection ends before.
   */
  publish(topic: string, payload: Uint8Array, options?: PublishOptions): Promise<void>;
  /**
   * Exact topics or filters; split into SUBSCRIBEs of 8. Rejects when one is refused, naming it; what was granted
   * beside it stays. What was not granted is not restored by a reconnect.
   */
  subscribe(filters: readonly string[], qos?: QualityOfService): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Returns the function that removes the listener. */
  onMessage(listener: (message: TransportMessage) => void): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  /** PINGREQ: true when the broker answered within the deadline. False means: the connection is dead, and is dropped. */
  probe(deadlineMs: number): Promise<boolean>;
  /** Milliseconds since the last packet of the broker, by a monotonic clock that counts a freeze or sleep. */
  idleMs(): number;
  /** Leaves with DISCONNECT: no will is published. Idempotent. */
  close(): Promise<void>;
}

export type TransportErrorCode =
  | 'TRANSPORT_CLOSED' // used after close(), or closed while waiting
  | 'TRANSPORT_UNREACHABLE' // no broker at that address within the time
  | 'TRANSPORT_REFUSED' // the broker refused the connection
  | 'TRANSPORT_SUBSCRIBE_REFUSED' // the broker refused a subscription
  | 'TRANSPORT_LOST'; // the connection ended while waiting

export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
