import type { mqtt } from 'aws-iot-device-sdk-v2';
import type { Connection } from '../connection.ts';
import { PendingCalls } from '../pending-calls.ts';
import type { QualityOfService, TransportError, TransportMessage } from '../transport.ts';

/** Why CONNECT failed, as the SDK names it: `AWS_ERROR_…` or `AWS_IO_…`. */
export type ConnectFailure = mqtt.OnConnectionFailedResult['error'];

/**
 * Not in the SDK's types, where `disconnect` is the only end: that refuses while it connects. After a connection was
 * lost it comes first all the same: released while the SDK waits to connect again, a connection is never freed, and
 * the process stands still at its end, where the SDK joins its threads (aws-crt 1.33).
 */
type Releasable = { close(): void };

/** How long the native side may take to end after DISCONNECT. */
const END_MS = 500;

/** The return code of a filter that a SUBACK refuses. [MQTT-3.9.3-2] */
const REFUSED = 0x80;

const EMPTY = new Uint8Array(0);

/**
 * The device SDK has no call for PINGREQ. An UNSUBSCRIBE is answered as well, also where nothing was subscribed
 * [MQTT-3.10.4-5]; unlike a publish it needs no permission, reaches nobody, and has an answer of its own.
 */
const PING_FILTER = 'llx/ping';

/**
 * A connection of the device SDK, made before CONNECT: retained messages may follow CONNACK at once. The SDK would
 * connect again by itself, with the same signature; it is closed before it can.
 */
export class DeviceSdkConnection implements Connection {
  readonly closed: Promise<TransportError>;
  readonly #native: mqtt.MqttClientConnection;
  readonly #release: () => void;
  /** The SDK may keep what waits for its next connection. */
  readonly #pending = new PendingCalls();
  #lastReceived = performance.now();
  #failure: ConnectFailure | undefined;
  #tellClosed: (reason: TransportError) => void = () => undefined;

  constructor(native: mqtt.MqttClientConnection, onMessage: (message: TransportMessage) => void) {
    this.#native = native;
    this.#release = releaseOnce(native);
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    native.on('message', (topic, payload, _duplicate, _qos, retained) => {
      this.#lastReceived = performance.now();
      try {
        // The SDK gives an empty payload as a buffer that is detached, of which no view can be made.
        onMessage({ topic, payload: payload.byteLength === 0 ? EMPTY : new Uint8Array(payload), retained });
      } catch (error) {
        // Thrown into the SDK it would abort the process without a word of what it was.
        queueMicrotask(() => {
          throw error;
        });
      }
    });
    native.on('connection_failure', ({ error }) => {
      this.#failure = error;
    });
    native.on('interrupt', (error) => {
      this.#end(error, () => this.#native.disconnect());
    });
    native.on('closed', () => this.#end(undefined));
  }

  /** Known before `connect` rejects. */
  get failure(): ConnectFailure | undefined {
    return this.#failure;
  }

  /** Sends CONNECT; resolves at CONNACK, rejects with whatever the SDK says, or when it is destroyed before. */
  async connect(): Promise<void> {
    await this.#whileOpen(() => this.#native.connect());
  }

  async publish(topic: string, payload: Uint8Array, qos: QualityOfService, retain: boolean): Promise<void> {
    await this.#whileOpen(() => this.#native.publish(topic, payload, qos, retain));
  }

  /** The SDK has a SUBSCRIBE for one filter only. */
  async subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly string[]> {
    const answers = await this.#whileOpen(() =>
      Promise.all(filters.map((filter) => this.#native.subscribe(filter, qos))),
    );
    return filters.filter((_, n) => (answers[n]?.qos ?? REFUSED) >= REFUSED);
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.#whileOpen(() => Promise.all(filters.map((filter) => this.#native.unsubscribe(filter))));
  }

  async ping(deadlineMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), deadlineMs);
    });
    const answered = this.unsubscribe([PING_FILTER]).then(
      () => true,
      // It ended: that is the answer.
      () => false,
    );
    const alive = await Promise.race([answered, late]);
    clearTimeout(timer);
    return alive;
  }

  /** Without the PINGRESPs, which the SDK keeps to itself. */
  idleMs(): number {
    return performance.now() - this.#lastReceived;
  }

  async end(): Promise<void> {
    if (this.#pending.ended !== undefined) return;
    const timer = setTimeout(() => this.destroy(), END_MS);
    this.#native.disconnect().catch(() => this.destroy());
    await this.closed;
    clearTimeout(timer);
  }

  destroy(cause?: unknown): void {
    this.#end(cause);
  }

  #end(cause: unknown, before?: () => Promise<void>): void {
    const error = this.#pending.end(cause);
    if (error === undefined) return;
    // Nobody waits for it, and how it ends changes nothing: then it is released.
    if (before === undefined) this.#release();
    else before().then(this.#release, this.#release);
    this.#tellClosed(error);
  }

  #whileOpen<T>(call: () => Promise<T>): Promise<T> {
    return this.#pending.start((resolve, reject) => {
      call().then((value) => {
        this.#lastReceived = performance.now();
        resolve(value);
      }, reject);
    });
  }
}

/** Frees what is native, once: the SDK does so itself after 'closed', and a second time would end the process. */
function releaseOnce(native: mqtt.MqttClientConnection): () => void {
  const releasable = native as unknown as Releasable;
  const close = releasable.close.bind(native);
  let released = false;
  releasable.close = () => {
    if (released) return;
    released = true;
    close();
  };
  return releasable.close;
}
