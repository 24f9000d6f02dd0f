import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { AwsError } from '../http/aws-error.ts';

export type CallerLimitOptions = {
  /** Requests of one caller at once. */
  readonly concurrency: number;
  /** Requests of one caller a second; twice as many may come at once after a pause. */
  readonly requestsPerSecond: number;
  /** From the head of a request to the end of its answer. Milliseconds. */
  readonly requestMs: number;
};

/** A function may take 15 minutes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const DEFAULT_CALLER_LIMITS: CallerLimitOptions = {
  concurrency: 256,
  requestsPerSecond: 1_000,
  requestMs: 930_000,
};

type Caller = { tokens: number; at: number; running: number };
type Slot = { caller: Caller };

const MOST_CALLERS = 10_000;
const BURST_SECONDS = 2;

/**
 * What one caller may take of a server. A caller is an address until the signature of his request is verified, and his
 * key from then on: so neither do people behind one address take from each other, nor does somebody who makes up keys get
 * more than his address has.
 */
export class CallerLimits {
  readonly #options: CallerLimitOptions;
  readonly #now: () => number;
  readonly #callers = new Map<string, Caller>();
  readonly #slots = new WeakMap<IncomingMessage, Slot>();

  /** @param now monotonic milliseconds */
  constructor(options: CallerLimitOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /** Counts a request to its end. Why it is refused, or undefined. */
  enter(address: string, request: IncomingMessage, response: ServerResponse): AwsError | undefined {
    const caller = this.#caller(network(address));
    const refusal = this.#take(caller);
    if (refusal !== undefined) return refusal;
    const slot = { caller };
    this.#slots.set(request, slot);
    const timer = setTimeout(() => endLate(response), this.#options.requestMs).unref();
    response.once('close', () => {
      clearTimeout(timer);
      slot.caller.running -= 1;
    });
    return undefined;
  }

  /**
   * The caller of a request is known: it counts for him, no longer for his address.
   *
   * @throws AwsError 429 TooManyRequestsException
   */
  identify(request: IncomingMessage, name: string): void {
    const slot = this.#slots.get(request);
    if (slot === undefined) return;
    const caller = this.#caller(name);
    if (caller === slot.caller) return;
    const refusal = this.#take(caller);
    if (refusal !== undefined) throw refusal;
    slot.caller.running -= 1;
    slot.caller.tokens += 1;
    slot.caller = caller;
  }

  #take(caller: Caller): AwsError | undefined {
    const { concurrency, requestsPerSecond } = this.#options;
    if (caller.running >= concurrency) return tooMany(`at most ${concurrency} requests of a caller at once`);
    if (caller.tokens < 1) return tooMany(`at most ${requestsPerSecond} requests of a caller a second`);
    caller.tokens -= 1;
    caller.running += 1;
    return undefined;
  }

  #caller(name: string): Caller {
    const { requestsPerSecond } = this.#options;
    const most = requestsPerSecond * BURST_SECONDS;
    const now = this.#now();
    const caller = this.#callers.get(name) ?? { tokens: most, at: now, running: 0 };
    caller.tokens = Math.min(most, caller.tokens + ((now - caller.at) / 1_000) * requestsPerSecond);
    caller.at = now;
    // The latest last.
    this.#callers.delete(name);
    this.#callers.set(name, caller);
    if (this.#callers.size > MOST_CALLERS) this.#forgetOldest();
    return caller;
  }

  /** One whose request runs keeps his place: it would be counted down from nothing. */
  #forgetOldest(): void {
    for (const [name, { running }] of this.#callers) {
      if (running > 0) continue;
      this.#callers.delete(name);
      return;
    }
  }
}

/** Whoever has one IPv6 address has 2^64 of them: https://www.rfc-editor.org/rfc/rfc6177 */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((part) => part.padStart(4, '0'))
    .join(':');
}

function tooMany(limit: string): AwsError {
  return new AwsError(
    429,
    'TooManyRequestsException',
    { Reason: 'CallerRateLimitExceeded', message: `This server takes ${limit}.` },
    { 'retry-after': '1' },
  );
}

/** Whatever works on the answer sees a caller that has hung up, and stops. */
function endLate(response: ServerResponse): void {
  const { socket } = response;
  if (response.writableFinished || socket === null) return;
  if (!response.headersSent) {
    const text = JSON.stringify({ message: 'The request took longer than this server allows.' });
    socket.write(
      [
        'HTTP/1.1 504 Gateway Timeout',
        'content-type: application/json',
        'x-amzn-errortype: RequestTimeoutException',
        `content-length: ${Buffer.byteLength(text)}`,
        'connection: close',
        '',
        text,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
}
