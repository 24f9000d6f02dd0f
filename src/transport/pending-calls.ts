import { TransportError } from './transport.ts';

/**
 * Calls that wait for an answer over one connection. When that ends they are rejected here: its client may forget them, or
 * keep them for a connection of its own making.
 */
export class PendingCalls {
  readonly #waiting = new Set<(reason: TransportError) => void>();
  #ended: TransportError | undefined;

  /** Why there is no connection any more. */
  get ended(): TransportError | undefined {
    return this.#ended;
  }

  /** As `new Promise(call)`. Rejects with TRANSPORT_LOST: when the call does, and when the connection has ended or ends. */
  start<T>(call: (resolve: (value: T) => void, reject: (cause: unknown) => void) => void): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      call(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (cause) => {
          this.#waiting.delete(reject);
          reject(lost(cause, cause instanceof Error ? cause.message : undefined));
        },
      );
    });
  }

  /** The connection has ended: what waits is rejected with what it gives. Undefined when it had ended before. */
  end(cause: unknown): TransportError | undefined {
    if (this.#ended !== undefined) return undefined;
    this.#ended = lost(cause);
    for (const reject of this.#waiting) reject(this.#ended);
    this.#waiting.clear();
    return this.#ended;
  }
}

function lost(cause: unknown, message = 'The connection to the broker ended.'): TransportError {
  return new TransportError('TRANSPORT_LOST', message, { cause });
}
