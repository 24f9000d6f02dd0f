import type { LoadRequest } from '../runtime-process.ts';

/** What of a container matters while it waits. */
type Waiting = { kill(): void; readonly exited: Promise<unknown> };

export type WarmContainersOptions<Container extends Waiting> = {
  readonly make: (request: LoadRequest) => Container;
  /** How many wait at once, over all functions. */
  readonly limit: number;
  /** From the taking of one to the making of the next: until then the processor belongs to the invocation. */
  readonly refillDelayMs?: number;
  /** One that nobody needed for so long is ended. @default 5 minutes */
  readonly idleMs?: number;
  /** An engine that does not answer is not waited for longer at the end: the next llx removes what is left. @default 5 s */
  readonly closeMs?: number;
};

type Warm<Container> = { readonly container: Container; readonly expiry: NodeJS.Timeout };

/**
 * Containers that have loaded their function and wait: where one of a function was needed, another will be, and making one
 * takes longer than most invocations.
 */
export class WarmContainers<Container extends Waiting> {
  readonly #options: WarmContainersOptions<Container>;
  /** By what they would be made of; the one whose function was used last is at the end. */
  readonly #warm = new Map<string, Warm<Container>>();
  readonly #refills = new Map<string, NodeJS.Timeout>();

  constructor(options: WarmContainersOptions<Container>) {
    this.#options = options;
  }

  /** The one that waits, or a new one; it is the caller's from then on. */
  take(request: LoadRequest): Container {
    const { make, limit, refillDelayMs = 1_000 } = this.#options;
    const key = keyOf(request);
    const warm = this.#warm.get(key);
    this.#forget(key);
    if (limit > 0) {
      clearTimeout(this.#refills.get(key));
      this.#refills.set(key, setTimeout(() => this.#refill(key, request), refillDelayMs).unref());
    }
    return warm?.container ?? make(request);
  }

  /** Ends those that wait. */
  async close(): Promise<void> {
    for (const timer of this.#refills.values()) clearTimeout(timer);
    this.#refills.clear();
    const waiting = [...this.#warm];
    for (const [key] of waiting) this.#forget(key);
    const ended = waiting.map(([, { container }]) => {
      container.kill();
      return container.exited;
    });
    if (ended.length === 0) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.closeMs ?? 5_000);
    await Promise.race([Promise.all(ended), late]);
    clearTimeout(timer);
  }

  #refill(key: string, request: LoadRequest): void {
    const { make, limit, idleMs = 300_000 } = this.#options;
    this.#refills.delete(key);
    const container = make(request);
    const expiry = setTimeout(() => {
      this.#forget(key);
      container.kill();
    }, idleMs).unref();
    this.#warm.set(key, { container, expiry });
    // One that cannot start is not made again and again: the next invocation is told.
    void container.exited.then(() => {
      if (this.#warm.get(key)?.container === container) this.#forget(key);
    });
    for (const [oldest, { container: other }] of this.#warm) {
      if (this.#warm.size <= limit) break;
      this.#forget(oldest);
      other.kill();
    }
  }

  #forget(key: string): void {
    clearTimeout(this.#warm.get(key)?.expiry);
    this.#warm.delete(key);
  }
}

/** The log stream is each worker's own, and changes nothing. */
function keyOf({ spec, code, command }: LoadRequest): string {
  const { AWS_LAMBDA_LOG_STREAM_NAME: _, ...environment } = command.environment;
  return JSON.stringify([spec, code, environment]);
}
