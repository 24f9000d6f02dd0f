import type { QualityOfService, TransportError, TransportMessage, Will } from './transport.ts';

export type OpenParameters = {
  readonly clientId: string;
  readonly will: Will | undefined;
  readonly keepAliveSeconds: number;
  readonly timeoutMs: number;
  readonly unref: boolean;
  readonly onMessage: (message: TransportMessage) => void;
};

/** One MQTT connection, from CONNACK to its end. It never comes back: a transport opens another. */
export interface Connection {
  /** QoS 0: handed to the socket. QoS 1: acknowledged. Rejects when the connection ends before. */
  publish(topic: string, payload: Uint8Array, qos: QualityOfService, retain: boolean): Promise<void>;
  /** One SUBSCRIBE packet; gives the filters that the broker refused. */
  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly string[]>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** PINGREQ; true when its own answer came within the deadline. */
  ping(deadlineMs: number): Promise<boolean>;
  /** Milliseconds since the last packet of the broker. */
  idleMs(): number;
  /** DISCONNECT, then the end: no will is published. Resolves when it has ended. */
  end(): Promise<void>;
  /** The end without DISCONNECT. */
  destroy(): void;
  /** Resolves when it has ended, for whatever reason. */
  readonly closed: Promise<TransportError>;
}

/** Rejects with TRANSPORT_UNREACHABLE or TRANSPORT_REFUSED; gives up, leaving nothing, when the signal is aborted. */
export type OpenConnection = (parameters: OpenParameters, signal: AbortSignal) => Promise<Connection>;
